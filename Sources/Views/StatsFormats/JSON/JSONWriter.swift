package import Statistics

/// Writes JSON on one line (RFC 8259).
package struct JSONWriter {
  private var text = ByteText()
  /// Whether a comma must precede the next value or key.
  private var needsComma = false

  package init() {}

  package var bytes: [UInt8] { text.bytes }

  /// Returns a document of one line: an object whose first member is the format's version.
  package static func document(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.version()
      body(&writer)
    }
    writer.endLine()
    return writer.bytes
  }

  /// Writes the version of the documents that `docs/json.md` describes.
  package mutating func version() {
    key("version")
    value(UInt64(Self.version))
  }

  /// The version of the documents.
  ///
  /// The version is incremented when a JSON member changes its meaning or disappears.
  private static let version = 1

  package mutating func endLine() {
    text.append(byte: .newline)
  }

  package mutating func object(_ body: (inout JSONWriter) -> Void) {
    nest(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
  }

  package mutating func array(_ body: (inout JSONWriter) -> Void) {
    nest(UInt8(ascii: "["), UInt8(ascii: "]"), body)
  }

  private mutating func nest(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
    separate()
    text.append(byte: open)
    needsComma = false
    body(&self)
    text.append(byte: close)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { text.append(byte: .comma) }
    needsComma = true
  }

  package mutating func key(_ name: String) {
    separate()
    text.append(json: name)
    text.append(byte: .colon)
    needsComma = false
  }

  /// Writes a key that already has its quotes and colon.
  package mutating func key(written bytes: [UInt8]) {
    separate()
    text.append(bytes)
    needsComma = false
  }

  package mutating func member(_ name: String, _ value: String) {
    key(name)
    self.value(value)
  }

  package mutating func value(_ string: String) {
    separate()
    text.append(json: string)
  }

  /// Writes an integer.
  ///
  /// The integer is in quotes if its magnitude exceeds 2^53.
  package mutating func value(_ number: UInt64) {
    value(Int128(number))
  }

  /// Writes an integer.
  ///
  /// The integer is in quotes if its magnitude exceeds 2^53.
  package mutating func value(_ number: Int128) {
    separate()
    let isSafe = number.magnitude <= 1 << 53
    if !isSafe { text.append(byte: .quote) }
    text.append(number: number)
    if !isSafe { text.append(byte: .quote) }
  }

  /// Writes a floating point number with all its digits, or null if it is not finite.
  package mutating func value(_ number: Double) {
    guard number.isFinite else {
      null()
      return
    }
    separate()
    text.append(number.description)
  }

  /// Writes an exact number with all its digits.
  package mutating func value(_ number: Decimal) {
    separate()
    text.append(number)
  }

  package mutating func value(_ isTrue: Bool) {
    separate()
    text.append(isTrue ? "true" : "false")
  }

  package mutating func null() {
    separate()
    text.append("null")
  }
}
