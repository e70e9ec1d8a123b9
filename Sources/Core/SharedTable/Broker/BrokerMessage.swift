import CVitals

/// Encodes and decodes a message between a reader and a broker: `vitals_message` and ids of groups.
struct BrokerMessage {
  static let maximumByteCount =
    MemoryLayout<vitals_message>.size + Int(VITALS_MESSAGE_IDS) * 8

  let operation: UInt32
  var error: Int32 = 0
  var count: UInt32 = 0
  var annexSerial: UInt64 = 0
  var ids: [UInt64] = []

  init(_ operation: vitals_operation, ids: [UInt64] = []) {
    precondition(ids.count <= Int(VITALS_MESSAGE_IDS), "\(ids.count) ids in a message")
    self.operation = operation.rawValue
    self.ids = ids
    count = UInt32(ids.count)
  }

  /// Decodes an untrusted message; returns `nil` if the message is invalid.
  init?(_ bytes: [UInt8]) {
    let size = MemoryLayout<vitals_message>.size
    guard bytes.count >= size else { return nil }
    let head = unsafe bytes.withUnsafeBytes { buffer in
      unsafe buffer.loadUnaligned(as: vitals_message.self)
    }
    guard head.magic == UInt32(VITALS_MESSAGE_MAGIC) else { return nil }
    operation = head.operation
    error = head.error
    count = head.count
    annexSerial = head.annex_serial
    let room = (bytes.count - size) / 8
    ids = unsafe bytes.withUnsafeBytes { buffer in
      (0..<min(room, Int(count))).map { index in
        unsafe buffer.loadUnaligned(fromByteOffset: size + index * 8, as: UInt64.self)
      }
    }
  }

  /// Whether a request of `byteCount` bytes contains exactly `count` ids and nothing else.
  func isComplete(_ byteCount: Int) -> Bool {
    ids.count == Int(count) && byteCount == MemoryLayout<vitals_message>.size + ids.count * 8
  }

  var bytes: [UInt8] {
    var head = vitals_message()
    head.magic = UInt32(VITALS_MESSAGE_MAGIC)
    head.operation = operation
    head.error = error
    head.count = count
    head.annex_serial = annexSerial
    var bytes = unsafe withUnsafeBytes(of: head) { unsafe Array($0) }
    for id in ids { unsafe withUnsafeBytes(of: id) { unsafe bytes.append(contentsOf: $0) } }
    return bytes
  }
}
