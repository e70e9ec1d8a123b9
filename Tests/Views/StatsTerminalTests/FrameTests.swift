import StatsTerminal
import Testing

@Suite("Frames")
struct FrameTests {
  @Test(
    "Text is truncated by terminal columns, not by characters",
    arguments: [
      ("web1", 6, "web1  |"), ("web1234", 6, "web12…|"), ("数据库", 6, "数据库|"),
      ("数据库", 5, "数据…|"), ("数据库", 4, "数… |"), ("e\u{301}a", 3, "ea |"),
      ("a\u{1b}[2J", 12, "a\\u{1B}[2J  |"), ("a\u{202e}b", 12, "a\\u{202E}b  |"), ("", 2, "  |"),
    ])
  func cut(text: String, width: Int, shown: String) {
    var frame = Frame(columns: 20, rows: 1)
    frame.put(text, row: 0, column: 0, width: width)
    frame.put("|", row: 0, column: width)
    #expect(frame.text == shown + "\n")
  }

  @Test("Right-aligned text ends at the end of its field")
  func right() {
    var frame = Frame(columns: 6, rows: 2)
    frame.put("12", row: 0, column: 0, width: 6, .plain, .right)
    frame.put("据1", row: 1, column: 0, width: 6, .plain, .right)
    #expect(frame.text == "    12\n   据1\n")
  }

  @Test("Text outside of the frame is ignored")
  func outside() {
    var frame = Frame(columns: 4, rows: 2)
    frame.put("abcdef", row: 0, column: 2)
    frame.put("x", row: 2, column: 0)
    frame.put("x", row: -1, column: 0)
    frame.put("x", row: 1, column: 4)
    frame.paint(row: 9, .bad)
    #expect(frame.text == "  a…\n\n")
  }
}
