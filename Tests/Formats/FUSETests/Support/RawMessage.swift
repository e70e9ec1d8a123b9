import CLinux

/// Bytes of a message, put together number by number.
struct RawMessage {
  var bytes: [UInt8] = []

  mutating func add<Number: FixedWidthInteger>(_ number: Number) {
    unsafe withUnsafeBytes(of: number) { unsafe bytes += $0 }
  }

  /// Numbers of 64 bits.
  static func words(_ numbers: UInt64...) -> [UInt8] {
    numbers.reduce(into: RawMessage()) { $0.add($1) }.bytes
  }

  /// Numbers of 32 bits.
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

/// A reply's parts.
struct RawReply: Equatable {
  let length: Int
  let error: Int32
  let identifier: UInt64
  let body: [UInt8]

  init(_ bytes: [UInt8]) {
    length = Int(Self.number(bytes, 0, 4))
    error = Int32(truncatingIfNeeded: Int64(Self.number(bytes, 4, 4)))
    identifier = Self.number(bytes, 8, 8)
    body = Array(bytes.dropFirst(16))
  }

  /// The number in the body at an offset.
  func number(_ offset: Int, _ size: Int) -> UInt64 { Self.number(body, offset, size) }

  private static func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> UInt64 {
    let part = bytes[offset..<offset + size]
    #if _endian(little)
    return part.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    #else
    return part.reduce(0) { $0 << 8 | UInt64($1) }
    #endif
  }
}
