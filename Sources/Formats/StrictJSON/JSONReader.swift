/// Reads JSON from bytes, value by value, strictly and without an intermediate form (RFC 8259).
///
/// Integers are exact up to 2^64-1. Text is not copied unless asked for. Foundation's decoder is
/// exact as well, but a list of mixed values costs it an error object for each, and a pass over
/// many virtual machines shall make none.
public struct JSONReader: Sendable {
  /// The deepest nesting that is followed.
  public static let deepest = 64

  public let bytes: [UInt8]
  public let end: Int
  private var depth = 0
  /// The position of the next byte.
  public var offset: Int

  /// Reads `range` of `bytes`, or all of them.
  public init(_ bytes: [UInt8], in range: Range<Int>? = nil) {
    self.bytes = bytes
    offset = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
    precondition(end <= bytes.count, "a reader beyond its bytes")
  }

  /// What kind of value comes next.
  public enum Kind: Hashable, Sendable {
    case object, array, text, number, boolean, null
  }

  /// A flaw where the reader stands.
  public func flaw(_ reason: JSONError.Reason) -> JSONError {
    JSONError(reason: offset >= end && reason == .unexpected ? .end : reason, offset: offset)
  }

  /// The next byte that is no white space, which is not taken.
  mutating func peek() throws(JSONError) -> UInt8 {
    while offset < end {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0a, 0x0d: offset += 1
      case let byte: return byte
      }
    }
    throw flaw(.end)
  }

  /// Takes a character, which must come next.
  public mutating func take(_ wanted: Unicode.Scalar) throws(JSONError) {
    guard try peek() == UInt8(ascii: wanted) else { throw flaw(.unexpected) }
    offset += 1
  }

  /// Takes a character if it comes next.
  public mutating func takes(_ wanted: Unicode.Scalar) throws(JSONError) -> Bool {
    guard try peek() == UInt8(ascii: wanted) else { return false }
    offset += 1
    return true
  }

  public mutating func nextKind() throws(JSONError) -> Kind {
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
  public mutating func finish() throws(JSONError) {
    while offset < end {
      guard [0x20, 0x09, 0x0a, 0x0d].contains(bytes[offset]) else { throw flaw(.trailing) }
      offset += 1
    }
  }

  // MARK: - Containers

  /// Calls `body` with the key of each member; `body` takes the value.
  public mutating func object(
    _ body: (inout JSONReader, JSONText) throws(JSONError) -> Void
  ) throws(JSONError) {
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
  public mutating func array(
    _ body: (inout JSONReader) throws(JSONError) -> Void
  ) throws(JSONError) {
    try take("[")
    try enter()
    if try takes("]") { return leave() }
    repeat { try body(&self) } while try takes(",")
    try take("]")
    leave()
  }

  private mutating func enter() throws(JSONError) {
    depth += 1
    guard depth <= Self.deepest else { throw flaw(.depth) }
  }

  private mutating func leave() { depth -= 1 }

  /// Takes a value of any kind.
  public mutating func skip() throws(JSONError) {
    switch try nextKind() {
    case .object:
      try object { reader, _ throws(JSONError) in try reader.skip() }
    case .array:
      try array { reader throws(JSONError) in try reader.skip() }
    case .text: _ = try text()
    case .number: try skipNumber()
    case .boolean: _ = try boolean()
    case .null: try literal("null")
    }
  }
}
