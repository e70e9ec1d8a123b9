import StrictJSON

/// Splits a stream of JSON objects into messages.
///
/// A message ends with its closing brace, not with its line, because a `-qmp-pretty` monitor sends
/// one message in many lines.
struct QMPFramer: Sendable {
  /// The default limit of the size of a message, in bytes.
  static let maximumByteCount = 64 << 20

  private let limit: Int
  private var bytes: [UInt8] = []
  /// The offset of the start of the incomplete message.
  private var start = 0
  /// The offset of the end of the bytes that were examined.
  private var scanned = 0
  private var depth = 0
  private var isInText = false
  private var isEscaped = false

  init(limit: Int = QMPFramer.maximumByteCount) {
    self.limit = limit
  }

  /// Whether the stream contains an incomplete message.
  var isInMessage: Bool { depth > 0 }

  /// Adds received bytes.
  mutating func append(_ more: some Collection<UInt8>) {
    if start == bytes.count {
      bytes.removeAll(keepingCapacity: true)
      scanned -= start
      start = 0
    } else if start > 1 << 16 {
      bytes.removeFirst(start)
      scanned -= start
      start = 0
    }
    bytes.append(contentsOf: more)
  }

  /// Returns the next complete message, or nil if more bytes are needed.
  ///
  /// The framer cannot be used after an error.
  ///
  /// - Throws: `garbage` if there are other bytes than white space between messages; `oversize` if
  ///   a message exceeds the limit.
  mutating func next() throws(QMPError) -> JSONReader? {
    while scanned < bytes.count {
      let byte = bytes[scanned]
      scanned += 1
      if isInText {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInText = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard depth > 0 || byte == UInt8(ascii: "{") else { throw .garbage("expected an object") }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > 0 else { throw .garbage("expected an object") }
        depth -= 1
        if depth == 0 {
          let range = start..<scanned
          guard range.count <= limit else { throw .oversize(limit: limit) }
          start = scanned
          return JSONReader(bytes, in: range)
        }
      case 0x20, 0x09, 0x0a, 0x0d:
        if depth == 0 { start = scanned }
      case UInt8(ascii: "\"") where depth > 0: isInText = true
      default:
        guard depth > 0 else { throw .garbage("expected an object") }
      }
    }
    guard bytes.count - start <= limit else { throw .oversize(limit: limit) }
    return nil
  }
}
