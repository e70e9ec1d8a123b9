import StrictJSON

/// Cuts a stream of JSON objects into its messages, however the bytes arrive.
///
/// A message ends with the brace that closes it, not with its line: a `-qmp-pretty` monitor
/// sends one message in many lines.
struct QMPFramer: Sendable {
  /// The most bytes of a message.
  static let longest = 64 << 20

  private let limit: Int
  private var bytes: [UInt8] = []
  /// Where the message that is not yet whole starts.
  private var start = 0
  /// How far it has been looked at.
  private var scanned = 0
  private var depth = 0
  private var isInText = false
  private var isEscaped = false

  init(limit: Int = QMPFramer.longest) {
    self.limit = limit
  }

  /// Whether a message has begun and is not yet whole.
  var isInMessage: Bool { depth > 0 }

  /// Adds what arrived.
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

  /// The next whole message, or nil until more bytes arrive.
  ///
  /// - Throws: `garbage` where something stands between messages, `oversize` where one gets
  ///   longer than the limit. Nothing more can be read then.
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
        guard depth > 0 || byte == UInt8(ascii: "{") else { throw .garbage("no object") }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > 0 else { throw .garbage("no object") }
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
        guard depth > 0 else { throw .garbage("no object") }
      }
    }
    guard bytes.count - start <= limit else { throw .oversize(limit: limit) }
    return nil
  }
}
