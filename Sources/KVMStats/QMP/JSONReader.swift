/// Reads JSON from bytes, value by value, strictly and without an intermediate form (RFC 8259).
///
/// Integers are exact up to 2^64-1. Text is not copied unless asked for. Foundation's decoder is
/// exact as well, but a list of mixed values costs it an error object for each, and a pass over
/// many virtual machines shall make none.
struct JSONReader: Sendable {
  /// The deepest nesting that is followed.
  static let deepest = 64

  private let bytes: [UInt8]
  private let end: Int
  private var depth = 0
  /// The next byte.
  private(set) var offset: Int

  /// Reads `range` of `bytes`, or all of them.
  init(_ bytes: [UInt8], in range: Range<Int>? = nil) {
    self.bytes = bytes
    offset = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
    precondition(end <= bytes.count, "a reader beyond its bytes")
  }

  /// What kind of value comes next.
  enum Kind: Hashable, Sendable {
    case object, array, text, number, boolean, null
  }

  func flaw(_ reason: JSONFlaw.Reason) -> JSONFlaw {
    JSONFlaw(reason: offset >= end && reason == .unexpected ? .end : reason, offset: offset)
  }

  /// The next byte that is no white space, which is not taken.
  private mutating func peek() throws(JSONFlaw) -> UInt8 {
    while offset < end {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0a, 0x0d: offset += 1
      case let byte: return byte
      }
    }
    throw flaw(.end)
  }

  private mutating func take(_ wanted: Unicode.Scalar) throws(JSONFlaw) {
    guard try peek() == UInt8(ascii: wanted) else { throw flaw(.unexpected) }
    offset += 1
  }

  /// Takes a character if it comes next.
  private mutating func takes(_ wanted: Unicode.Scalar) throws(JSONFlaw) -> Bool {
    guard try peek() == UInt8(ascii: wanted) else { return false }
    offset += 1
    return true
  }

  mutating func nextKind() throws(JSONFlaw) -> Kind {
    switch try peek() {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .text
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
    case UInt8(ascii: "n"): return .null
    default: throw flaw(.unexpected)
    }
  }

  /// Says that nothing but white space may follow.
  mutating func finish() throws(JSONFlaw) {
    while offset < end {
      guard [0x20, 0x09, 0x0a, 0x0d].contains(bytes[offset]) else { throw flaw(.trailing) }
      offset += 1
    }
  }

  // MARK: - Containers

  /// Calls `body` with the key of each member; `body` takes the value.
  mutating func object(
    _ body: (inout JSONReader, JSONText) throws(JSONFlaw) -> Void
  ) throws(JSONFlaw) {
    try take("{")
    try enter()
    if try takes("}") { return leave() }
    repeat {
      let key = try text()
      try take(":")
      try body(&self, key)
    } while try takes(",")
    try take("}")
    leave()
  }

  /// Calls `body` for each element, which `body` takes.
  mutating func array(
    _ body: (inout JSONReader) throws(JSONFlaw) -> Void
  ) throws(JSONFlaw) {
    try take("[")
    try enter()
    if try takes("]") { return leave() }
    repeat { try body(&self) } while try takes(",")
    try take("]")
    leave()
  }

  private mutating func enter() throws(JSONFlaw) {
    depth += 1
    guard depth <= Self.deepest else { throw flaw(.depth) }
  }

  private mutating func leave() { depth -= 1 }

  /// Takes a value of any kind.
  mutating func skip() throws(JSONFlaw) {
    switch try nextKind() {
    case .object:
      try object { reader, _ throws(JSONFlaw) in try reader.skip() }
    case .array:
      try array { reader throws(JSONFlaw) in try reader.skip() }
    case .text: _ = try text()
    case .number: try skipNumber()
    case .boolean: _ = try boolean()
    case .null: try literal("null")
    }
  }

  // MARK: - Text

  /// Takes a string as it stands.
  mutating func text() throws(JSONFlaw) -> JSONText {
    try take("\"")
    let start = offset
    var hasEscapes = false
    while offset < end {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        offset += 1
        return JSONText(range: start..<offset - 1, hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        offset += 2
      case 0..<0x20: throw flaw(.text)
      default: offset += 1
      }
    }
    throw flaw(.end)
  }

  /// Takes a string, decoded.
  mutating func string() throws(JSONFlaw) -> String {
    let text = try text()
    return try decoded(text)
  }

  /// Whether a text is `wanted`; without a copy where it has no escapes.
  func matches(_ text: JSONText, _ wanted: String) -> Bool {
    if text.hasEscapes { return (try? decoded(text)) == wanted }
    let utf8 = wanted.utf8
    guard utf8.count == text.range.count else { return false }
    var position = text.range.lowerBound
    for byte in utf8 {
      guard bytes[position] == byte else { return false }
      position += 1
    }
    return true
  }

  /// A text with its escapes resolved; bytes that are no UTF-8 become U+FFFD.
  func decoded(_ text: JSONText) throws(JSONFlaw) -> String {
    guard text.hasEscapes else { return String(decoding: bytes[text.range], as: UTF8.self) }
    return try JSONEscapes.resolve(bytes[text.range])
  }

  // MARK: - Numbers and literals

  /// Takes an integer without a sign, exactly.
  mutating func unsigned() throws(JSONFlaw) -> UInt64 {
    var value: UInt64 = 0
    _ = try peek()
    let start = offset
    while offset < end, let digit = digit(bytes[offset]) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
      guard !overflow, !carry else { throw flaw(.number) }
      value = sum
      offset += 1
    }
    let count = offset - start
    guard count == 1 || count > 1 && bytes[start] != UInt8(ascii: "0") else { throw flaw(.number) }
    if offset < end, [0x2e, 0x45, 0x65].contains(bytes[offset]) { throw flaw(.number) }
    return value
  }

  /// Takes an integer with or without a sign.
  mutating func integer() throws(JSONFlaw) -> Int {
    let isNegative = try takes("-")
    let magnitude = try unsigned()
    guard let value = Int(exactly: magnitude) else { throw flaw(.number) }
    return isNegative ? -value : value
  }

  mutating func boolean() throws(JSONFlaw) -> Bool {
    let isTrue = try peek() == UInt8(ascii: "t")
    try literal(isTrue ? "true" : "false")
    return isTrue
  }

  private func digit(_ byte: UInt8) -> UInt8? {
    let digit = byte &- UInt8(ascii: "0")
    return digit < 10 ? digit : nil
  }

  private mutating func literal(_ word: StaticString) throws(JSONFlaw) {
    for byte in String(describing: word).utf8 {
      guard offset < end, bytes[offset] == byte else { throw flaw(.unexpected) }
      offset += 1
    }
  }

  private mutating func skipDigits() throws(JSONFlaw) {
    let start = offset
    while offset < end, digit(bytes[offset]) != nil { offset += 1 }
    guard offset > start else { throw flaw(.unexpected) }
  }

  private mutating func skipNumber() throws(JSONFlaw) {
    _ = try takes("-")
    let start = offset
    try skipDigits()
    guard bytes[start] != UInt8(ascii: "0") || offset == start + 1 else { throw flaw(.number) }
    if offset < end, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      try skipDigits()
    }
    if offset < end, [0x45, 0x65].contains(bytes[offset]) {
      offset += 1
      if offset < end, [0x2b, 0x2d].contains(bytes[offset]) { offset += 1 }
      try skipDigits()
    }
  }
}
