import CLinux
import Statistics

/// A message built field by field.
struct RawMessage {
  var bytes: [UInt8] = []

  mutating func add<Number: FixedWidthInteger>(_ number: Number) {
    unsafe withUnsafeBytes(of: number) { unsafe bytes += $0 }
  }

  /// 64-bit fields.
  static func words(_ numbers: UInt64...) -> [UInt8] {
    numbers.reduce(into: RawMessage()) { $0.add($1) }.bytes
  }

  /// 32-bit fields.
  static func halves(_ numbers: UInt32...) -> [UInt8] {
    numbers.reduce(into: RawMessage()) { $0.add($1) }.bytes
  }

  static func name(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

  /// A request of user 1000, group 100, process 4242.
  static func request(
    _ operation: Int, node: UInt64 = 7, identifier: UInt64 = 99, length: Int? = nil,
    extensionWords: UInt16 = 0, _ body: [UInt8] = []
  ) -> [UInt8] {
    var message = RawMessage()
    message.add(UInt32(length ?? CLINUX_FUSE_IN_HEADER_SIZE + body.count))
    message.add(UInt32(operation))
    message.add(identifier)
    message.add(node)
    for number: UInt32 in [1000, 100, 4242] { message.add(number) }
    message.add(extensionWords)
    message.add(UInt16(0))
    return message.bytes + body
  }
}

/// A decoded reply.
struct RawReply: Equatable {
  let length: Int
  let error: Int32
  let identifier: UInt64
  let body: [UInt8]

  init(_ bytes: [UInt8]) {
    length = Int(bytes.span.uint32(at: 0))
    error = Int32(bitPattern: bytes.span.uint32(at: 4))
    identifier = bytes.span.uint64(at: 8)
    body = Array(bytes.dropFirst(16))
  }

  func uint32(at offset: Int) -> UInt32 { body.span.uint32(at: offset) }

  func uint64(at offset: Int) -> UInt64 { body.span.uint64(at: offset) }
}
