/// Decodes the escape sequences of JSON strings.
enum JSONEscapes {
  /// Decodes the bytes between two quotation marks and returns the text.
  static func resolve(_ bytes: ArraySlice<UInt8>) throws(JSONError) -> String {
    var text: [UInt8] = []
    var rest = bytes
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      let invalid = JSONError(reason: .text, offset: rest.startIndex)
      guard let escape = rest.popFirst() else { throw invalid }
      switch escape {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0c)
      case UInt8(ascii: "n"): text.append(0x0a)
      case UInt8(ascii: "r"): text.append(0x0d)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "u"):
        guard let scalar = scalar(&rest) else { throw invalid }
        text += String(Character(scalar)).utf8
      default: throw invalid
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads the character of the escape sequence `XXXX`, or of a surrogate pair `XXXX\uXXXX`.
  private static func scalar(_ rest: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard let first = unit(&rest) else { return nil }
    guard 0xd800..<0xdc00 ~= first else { return Unicode.Scalar(first) }
    guard rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u"),
      let second = unit(&rest), 0xdc00..<0xe000 ~= second
    else { return nil }
    return Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
  }

  private static func unit(_ rest: inout ArraySlice<UInt8>) -> UInt32? {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = rest.popFirst(),
        let digit = Character(Unicode.Scalar(byte)).hexDigitValue
      else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
