import StatsTerminal
import Testing

/// A terminal that supports only the sequences of the writer and reports any other.
private struct Terminal {
  var cells: [[String]]
  private var row = 0
  private var column = 0

  init(columns: Int, rows: Int) {
    cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
  }

  mutating func write(_ bytes: [UInt8], widthOf: (Unicode.Scalar) -> Int) {
    var rest = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\u{1b}" else {
        cells[row][column] = String(Character(scalar))
        if widthOf(scalar) == 2 { cells[row][column + 1] = "" }
        column += widthOf(scalar)
        continue
      }
      _ = rest.popFirst()
      let text = rest.prefix { !("A"..."z").contains($0) }
      rest = rest.dropFirst(text.count)
      let numbers = text.split(separator: ";").compactMap { part in
        Int(String(String.UnicodeScalarView(part)))
      }
      switch rest.popFirst() {
      case "H": (row, column) = (numbers[0] - 1, numbers[1] - 1)
      case "J":
        for row in cells.indices {
          for column in cells[row].indices { cells[row][column] = " " }
        }
      case "m": break
      case let other: Issue.record("unexpected sequence: \(String(describing: other))")
      }
    }
  }

  var text: String {
    cells.map { row in
      var line = row.joined()
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}

@Suite("Encoding of frames")
struct ScreenWriterTests {
  @Test("A terminal shows any frame after any other")
  func anything() {
    var state: UInt64 = 3
    func random(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % below
    }
    let words = ["a", "web1", "数据", "x数", "12.3%", "    ", "e\u{301}", "▁▂█", "\u{1b}[2J"]
    var terminal = Terminal(columns: 30, rows: 6)
    var writer = ScreenWriter(Palette(.many))
    var frame = Frame(columns: 30, rows: 6)
    for step in 0..<2000 {
      if step % 50 == 0 { frame = Frame(columns: 30, rows: 6) }
      let style = Style(rawValue: UInt8(random(9))) ?? .plain
      frame.put(words[random(words.count)], row: random(6), column: random(30), style)
      terminal.write(writer.bytes(for: frame)) { $0.value > 0x3000 ? 2 : 1 }
      #expect(terminal.text == frame.text, "at step \(step)")
      if terminal.text != frame.text { return }
    }
  }

  @Test("Unchanged cells are not written")
  func unchanged() {
    var writer = ScreenWriter(Palette(.sixteen))
    var frame = Frame(columns: 80, rows: 24)
    frame.put("12.3%", row: 3, column: 10)
    _ = writer.bytes(for: frame)
    #expect(writer.bytes(for: frame) == [])
    frame.put("12.4%", row: 3, column: 10)
    let bytes = writer.bytes(for: frame)
    #expect(String(decoding: bytes, as: UTF8.self) == "\u{1b}[4;14H\u{1b}[0m4\u{1b}[0m")
    // A frame of another size is drawn completely.
    let other = writer.bytes(for: Frame(columns: 81, rows: 24))
    #expect(String(decoding: other, as: UTF8.self).contains("\u{1b}[2J"))
  }

  @Test("A palette without colours and Unicode writes plain ASCII")
  func plain() {
    var writer = ScreenWriter(Palette(.none, isUnicode: false))
    var frame = Frame(columns: 20, rows: 1)
    frame.put("▁█数据…↓", row: 0, column: 0, .bad)
    let text = String(decoding: writer.bytes(for: frame), as: UTF8.self)
    #expect(text.utf8.allSatisfy { $0 < 0x80 })
    #expect(text.contains(".@????.v"))
    #expect(!text.contains("3") && !text.contains("4"))
  }

  @Test(
    "The palette follows the environment",
    arguments: [
      (["TERM": "xterm-256color", "LANG": "C.UTF-8"], Palette(.many)),
      (
        ["TERM": "xterm", "LC_ALL": "C", "LANG": "de_DE.UTF-8"], Palette(.sixteen, isUnicode: false)
      ),
      (["TERM": "xterm-256color", "NO_COLOR": "1", "LC_CTYPE": "en_US.utf8"], Palette(.none)),
      (["TERM": "vt220"], Palette(.none, isUnicode: false)),
      (["TERM": "linux", "LANG": "C.UTF-8"], Palette(.sixteen)),
      (["TERM": "dumb", "LANG": "C.UTF-8"], nil), ([:], nil),
    ] as [([String: String], Palette?)])
  func palette(environment: [String: String], palette: Palette?) {
    #expect(Palette { environment[$0] } == palette)
  }
}
