/// Reads JSON strictly, value by value and without an intermediate form (RFC 8259).
///
/// Integers are exact up to 2^64-1. Text is copied only when it is decoded. Foundation's decoder is
/// exact as well. But if the elements of an array have different types, Foundation's decoder must
/// try one type after another, and each failed attempt creates an error object. Vitals reads the
/// JSON of many VMs in each sample and must not create such objects.
public struct JSONReader: Sendable {
  /// The maximum nesting of values, which limits the use of the stack.
  public static let maximumDepth = 64

  public let bytes: [UInt8]
  public let end: Int
  private var depth = 0
  /// The offset of the next byte.
  public var offset: Int

  /// Creates a reader of `range` of `bytes`.
  ///
  /// If `range` is `nil`, the reader reads all bytes.
  public init(_ bytes: [UInt8], in range: Range<Int>? = nil) {
    self.bytes = bytes
    offset = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
    precondition(end <= bytes.count, "the range ends after the bytes")
  }

  /// The kind of a value.
  public enum Kind: Hashable, Sendable {
    case object, array, text, number, boolean, null
  }

  /// Returns an error at the current offset.
  public func error(_ reason: JSONError.Reason) -> JSONError {
    JSONError(reason: offset >= end && reason == .unexpected ? .end : reason, offset: offset)
  }

  /// Skips white space and returns the next byte without consuming it.
  mutating func peek() throws(JSONError) -> UInt8 {
    while offset < end {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0a, 0x0d: offset += 1
      case let byte: return byte
      }
    }
    throw error(.end)
  }

  /// Consumes a character.
  ///
  /// - Throws: `unexpected` if the next character is a different one.
  public mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
    guard try peek() == UInt8(ascii: character) else { throw error(.unexpected) }
    offset += 1
  }

  /// Consumes a character if this character is the next one.
  ///
  /// - Returns: `true` if the character was consumed.
  public mutating func consume(_ character: Unicode.Scalar) throws(JSONError) -> Bool {
    guard try peek() == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  /// Returns the kind of the next value without consuming it.
  public mutating func nextKind() throws(JSONError) -> Kind {
    switch try peek() {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .text
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
    case UInt8(ascii: "n"): return .null
    default: throw error(.unexpected)
    }
  }

  /// Checks that only white space follows.
  public mutating func finish() throws(JSONError) {
    while offset < end {
      guard [0x20, 0x09, 0x0a, 0x0d].contains(bytes[offset]) else { throw error(.trailing) }
      offset += 1
    }
  }

  // MARK: - Containers

  /// Reads an object.
  ///
  /// Calls `body` with the key of each member; `body` must read (consume) the value.
  public mutating func object(
    _ body: (inout JSONReader, JSONText) throws(JSONError) -> Void
  ) throws(JSONError) {
    try expect("{")
    try enter()
    if try consume("}") { return leave() }
    repeat {
      let key = try text()
      try expect(":")
      try body(&self, key)
    } while try consume(",")
    try expect("}")
    leave()
  }

  /// Reads an array.
  ///
  /// Calls `body` for each element; `body` must read (consume) the element.
  public mutating func array(
    _ body: (inout JSONReader) throws(JSONError) -> Void
  ) throws(JSONError) {
    try expect("[")
    try enter()
    if try consume("]") { return leave() }
    repeat { try body(&self) } while try consume(",")
    try expect("]")
    leave()
  }

  private mutating func enter() throws(JSONError) {
    depth += 1
    guard depth <= Self.maximumDepth else { throw error(.depth) }
  }

  private mutating func leave() { depth -= 1 }

  /// Skips a value of any kind.
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
