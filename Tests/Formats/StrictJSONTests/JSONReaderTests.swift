import StrictJSON
import Testing

@Suite struct JSONReaderTests {
  private func reader(_ text: String) -> JSONReader { JSONReader(Array(text.utf8)) }

  @Test(
    "Integers are exact up to 2^64-1",
    arguments: [0, 1, (1 << 53) + 1, 1 << 63, .max - 1, .max] as [UInt64])
  func exact(value: UInt64) throws {
    var reader = reader(" \(value) ")
    #expect(try reader.unsigned() == value)
    try reader.finish()
  }

  @Test(
    "A value that is not an unsigned 64-bit integer is rejected",
    arguments: ["18446744073709551616", "99999999999999999999", "-1", "1.0", "1e3", "01", "", "x"])
  func rejected(text: String) {
    var reader = reader(text)
    #expect(throws: JSONError.self) { try reader.unsigned() }
  }

  @Test(
    "A value of any kind is skipped completely",
    arguments: [
      "0", "-12.5e+3", "true", "false", "null", #""a\"]}""#, "[]", "{}", "[1, [2, {}], \"x\"]",
      #"{"a": {"b": [true, null]}, "c": 0.5}"#,
    ])
  func skipped(text: String) throws {
    var reader = reader(text)
    try reader.skip()
    #expect(reader.offset == text.utf8.count)
  }

  @Test(
    "Malformed JSON is rejected",
    arguments: [
      "[1,]", "{\"a\"}", "{1:2}", "tru", "nul", "[1 2]", "01", "1.", "-", "1e", "\"\u{1}\"", "'a'",
      "{\"a\":1,}", "]", "",
    ])
  func malformed(text: String) {
    var reader = reader(text)
    #expect(throws: JSONError.self) {
      try reader.skip()
      try reader.finish()
    }
  }

  @Test("Strings are decoded and compared with their escapes resolved")
  func escapes() throws {
    let text = #""a\n\"\\\/\u00e9\ud83d\ude00""#
    var values = reader(text)
    #expect(try values.string() == "a\n\"\\/\u{e9}\u{1f600}")
    var names = reader(#""ex\u0069ts""#)
    let name = try names.text()
    #expect(names.matches(name, "exits"))
    #expect(!names.matches(name, "exit"))
  }

  @Test("Bad escapes are rejected", arguments: [#""\x""#, #""\u12""#, #""\ud83d""#, #""\udc00""#])
  func badEscapes(text: String) {
    var reader = reader(text)
    #expect(throws: JSONError.self) { try reader.string() }
  }

  @Test("Nesting deeper than the maximum is rejected")
  func deep() throws {
    let maximum = JSONReader.maximumDepth
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    var valid = reader(nested(maximum))
    try valid.skip()
    var tooDeep = reader(nested(maximum + 1))
    #expect(throws: JSONError.self) { try tooDeep.skip() }
  }

  @Test("Every proper prefix of a document is rejected without a trap")
  func prefixes() {
    let text = Array(#"{"a": [1, "b\u00e9", true], "c": {"d": -1.5e3}}"#.utf8)
    for end in text.indices {
      var reader = JSONReader(text, in: 0..<end)
      #expect(throws: JSONError.self) { try reader.skip() }
    }
  }
}
