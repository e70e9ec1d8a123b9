import StatsTerminal
import Testing

@Suite("Parsing of keys")
struct KeyParserTests {
  @Test(
    "A sequence is parsed into its key, also byte by byte",
    arguments: [
      ("q", [Key.character("q")]), ("é", [.character("é")]), ("数", [.character("数")]),
      ("\r", [.enter]), ("\n", [.enter]), ("\t", [.tab]), ("\u{7f}", [.backspace]),
      ("\u{8}", [.backspace]), ("\u{3}", [.control("c")]), ("\u{1a}", [.control("z")]),
      ("\u{1b}[A", [.up]), ("\u{1b}OB", [.down]), ("\u{1b}[C", [.right]), ("\u{1b}[D", [.left]),
      ("\u{1b}[1;5C", [.right]), ("\u{1b}[5~", [.pageUp]), ("\u{1b}[6~", [.pageDown]),
      ("\u{1b}[H", [.home]), ("\u{1b}[1~", [.home]), ("\u{1b}OF", [.end]), ("\u{1b}[4~", [.end]),
      ("\u{1b}[3~", [.delete]), ("\u{1b}[Z", [.backTab]), ("\u{1b}OM", [.enter]),
      // Unknown sequences are discarded completely.
      ("\u{1b}[15~q", [.character("q")]), ("\u{1b}[?1;2c", []), ("\u{1b}[200~", []),
      ("\u{1b}[[Aq", [.character("q")]),
      // An ESC before another byte is a key of its own.
      ("\u{1b}q", [.escape, .character("q")]), ("\u{1b}\u{1b}[A", [.escape, .up]),
      ("\u{1b}[\u{1b}[A", [.up]),
    ])
  func keys(text: String, keys: [Key]) {
    var whole = KeyParser()
    #expect(whole.parse(text.utf8) == keys)
    #expect(!whole.isWaiting)
    var parts = KeyParser()
    #expect(text.utf8.flatMap { parts.parse([$0]) } == keys)
  }

  @Test("After a timeout a lone ESC is a key, an incomplete sequence is not")
  func escape() {
    var parser = KeyParser()
    #expect(parser.parse([0x1b]) == [])
    #expect(parser.isWaiting)
    #expect(parser.timeOut() == [.escape])
    #expect(parser.parse([0x1b, 0x5b, 0x31]) == [])
    #expect(parser.timeOut() == [])
    #expect(parser.parse([0x71]) == [.character("q")])
  }

  @Test("Arbitrary bytes neither trap nor leave a sequence incomplete forever")
  func anything() {
    var state: UInt64 = 7
    var parser = KeyParser()
    for _ in 0..<200_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      _ = parser.parse([UInt8(truncatingIfNeeded: state >> 33)])
    }
    _ = parser.parse([0x1b, 0x5b] + Array(repeating: 0x30, count: 100))
    _ = parser.timeOut()
    #expect(parser.parse([0x71]) == [.character("q")])
  }
}
