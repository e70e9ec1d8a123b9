/// Splits the received byte stream into messages.
struct StoreFramer: Sendable {
  private var pending: [UInt8] = []

  /// Appends received bytes.
  mutating func append(_ bytes: [UInt8]) { pending += bytes }

  /// Returns the next complete message, or `nil` if more bytes are needed.
  ///
  /// After an error the rest of the stream is not usable.
  mutating func next() throws(XenStoreError) -> StoreMessage? {
    guard pending.count >= StoreMessage.headerByteCount else { return nil }
    let type = number(at: 0)
    let count = Int(number(at: 12))
    guard let operation = StoreMessage.Operation(rawValue: type) else {
      throw .protocolViolation("message of type \(type)")
    }
    guard count <= StoreMessage.maximumPayloadByteCount else {
      throw .protocolViolation("message of \(count) bytes")
    }
    guard number(at: 8) == 0 else { throw .protocolViolation("reply in a transaction") }
    let end = StoreMessage.headerByteCount + count
    guard pending.count >= end else { return nil }
    defer { pending.removeSubrange(..<end) }
    return StoreMessage(
      operation: operation, request: number(at: 4),
      payload: Array(pending[StoreMessage.headerByteCount..<end]))
  }

  private func number(at offset: Int) -> UInt32 {
    var number: UInt32 = 0
    for index in (offset..<offset + 4).reversed() { number = number << 8 | UInt32(pending[index]) }
    return UInt32(littleEndian: number)
  }
}
