internal import Statistics

/// Writes JSON on one line (RFC 8259).
struct JSONWriter {
  private var text = ByteText()
  /// Whether a comma is due before the next value or key.
  private var needsComma = false

  var bytes: [UInt8] { text.bytes }

  mutating func endLine() {
    text.append(byte: .newline)
  }

  mutating func object(_ body: (inout JSONWriter) -> Void) {
    nest(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
  }

  mutating func array(_ body: (inout JSONWriter) -> Void) {
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

  mutating func key(_ name: String) {
    separate()
    text.append(json: name)
    text.append(byte: .colon)
    needsComma = false
  }

  /// Writes a key that is already in quotes, with its colon.
  mutating func key(written bytes: [UInt8]) {
    separate()
    text.append(bytes)
    needsComma = false
  }

  mutating func member(_ name: String, _ value: String) {
    key(name)
    self.value(value)
  }

  mutating func value(_ string: String) {
    separate()
    text.append(json: string)
  }

  /// Writes an integer, in quotes where it is beyond 2^53.
  mutating func value(_ number: UInt64) {
    value(Int128(number))
  }

  /// Writes an integer, in quotes where it is beyond 2^53.
  mutating func value(_ number: Int128) {
    separate()
    let isSafe = number.magnitude <= 1 << 53
    if !isSafe { text.append(byte: .quote) }
    text.append(number: number)
    if !isSafe { text.append(byte: .quote) }
  }

  /// Writes a floating point number with all of its digits, or null where it is not finite.
  mutating func value(_ number: Double) {
    guard number.isFinite else {
      null()
      return
    }
    separate()
    text.append(number.description)
  }

  /// Writes an exact number with all of its digits.
  mutating func value(_ number: Decimal) {
    separate()
    text.append(number)
  }

  mutating func value(_ isTrue: Bool) {
    separate()
    text.append(isTrue ? "true" : "false")
  }

  mutating func null() {
    separate()
    text.append("null")
  }
}
