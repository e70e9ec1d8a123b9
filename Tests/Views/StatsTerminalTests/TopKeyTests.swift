import StatsTerminal
import StatsTree
import Testing

@Suite("Keys of vitals top")
struct TopKeyTests {
  private func names(_ frame: Frame) -> [String] {
    (3..<frame.rows - 3).map { frame.text(ofRow: $0) }.filter {
      $0.first.map { $0 != " " } ?? false
    }
    .map { String($0.prefix { $0 != " " }) }
  }

  @Test("Rows are sorted by any column, in both directions")
  func sorting() throws {
    var example = try TopExample(vms: ["a", "b", "c"], withRefused: false)
    example.pass(3)
    #expect(names(example.frame()) == ["c", "b", "a"])
    example.press("O")
    #expect(names(example.frame()) == ["a", "b", "c"])
    _ = example.press([.right])
    let frame = example.frame()
    #expect(frame.text(ofRow: 2).contains("STEAL↓"))
    #expect(names(frame) == ["c", "b", "a"])
  }

  @Test(
    "A filter is a part of a name, a glob, a regular expression or a process",
    arguments: [
      ("eb", ["web1", "web2"]), ("kvm/web1", ["web1"]), ("/^kvm.web[2]$/", ["web2"]),
      ("pid=104", ["web2"]), ("pid=10", []), ("nothing", []),
    ])
  func filtering(text: String, shown: [String]) throws {
    var example = try TopExample(vms: ["web1", "web2", "db"], withRefused: false)
    example.pass()
    example.press("/" + text)
    _ = example.press([.enter])
    #expect(names(example.frame()).sorted() == shown)
    example.press("c")
    #expect(names(example.frame()).count == 3)
  }

  @Test("A filter is kept in another view, and after a page is closed")
  func filterOfViews() throws {
    var example = try TopExample(vms: ["web1", "web2"], withRefused: false)
    example.pass()
    example.press("p104")
    _ = example.press([.enter])
    example.press("2")
    #expect(names(example.frame()).sorted() == ["web2/vcpu0", "web2/vcpu1"])
    example.press("d")
    #expect(example.frame().text.contains("all statistics"))
    _ = example.press([.backspace])
    #expect(names(example.frame()).count == 2)
    #expect(example.frame().text(ofRow: 0).contains("only pid=104"))
  }

  @Test("An invalid filter is reported and does not change the rows")
  func invalidFilter() throws {
    var example = try TopExample()
    example.pass()
    example.press("//(/")
    _ = example.press([.enter])
    #expect(example.frame().text(ofRow: 23).contains("invalid regular expression"))
  }

  @Test("Rows with zeros are hidden on request, but not denied rows")
  func zeros() throws {
    var example = try TopExample(vms: ["web1"])
    example.pass()
    for token in 0..<4 { example.failures[token] = .gone }
    example.pass()
    #expect(names(example.frame()).count == 2)
    example.press("z")
    #expect(names(example.frame()).contains("refused"))
  }

  @Test("A reset sets totals to zero")
  func reset() throws {
    var example = try TopExample(vms: ["web1"], withRefused: false)
    example.pass(3)
    example.press("rt")
    #expect(example.frame().text(ofRow: 3).contains("0 s"))
    #expect(example.frame().text(ofRow: 0).contains("reset 0 s ago"))
    example.pass()
    #expect(example.frame().text(ofRow: 3).contains("ms"))
  }

  @Test("Space freezes, then requests a sample; stepping back freezes too")
  func freezing() throws {
    var example = try TopExample()
    example.pass(4)
    example.press(" ")
    #expect(example.top.isFrozen)
    #expect(example.press([.character(" ")]) == [.sample])
    #expect(!example.top.isFrozen)
    example.press("[")
    #expect(example.top.isFrozen)
    #expect(example.frame().text(ofRow: 0).contains("1 s AGO"))
    example.press("{")
    // The oldest sample is the limit.
    #expect(example.frame().text(ofRow: 0).contains("3 s AGO"))
    example.press("}")
    #expect(!example.frame().text.contains("AGO"))
  }

  @Test("The history has one sample per second, up to ten minutes")
  func history() throws {
    var example = try TopExample(vms: ["a"], withRefused: false)
    example.pass(700)
    for _ in 0..<80 { example.press("{") }
    #expect(example.frame().text(ofRow: 0).contains("10m00s AGO"))
  }

  @Test("Keys request to quit, suspend, redraw and change the interval")
  func requests() throws {
    var example = try TopExample()
    #expect(example.press([.character("q")]) == [.quit])
    #expect(example.press([.control("c")]) == [.quit])
    #expect(example.press([.control("z"), .control("l")]) == [.suspend, .redraw])
    example.press("s")
    #expect(example.press("25ms".map { .character($0) } + [.enter]) == [.interval("25ms")])
    // In a prompt letters are text.
    example.press("/q")
    #expect(example.frame().text(ofRow: 23).hasSuffix("q_"))
    #expect(example.press([.control("c")]) == [.quit])
  }

  @Test("The selected row stays selected and visible while rows move")
  func selection() throws {
    var example = try TopExample(
      vms: (0..<40).map { "vm\($0)" }, withRefused: false)
    example.pass(2)
    _ = example.frame(80, 12)
    _ = example.press([.pageDown, .down, .down])
    let frame = example.frame(80, 12)
    let row = try #require((3..<10).first { frame[$0, 0].style == .selected })
    let name = frame.text(ofRow: row).prefix { $0 != " " }
    example.press("O")
    let turned = example.frame(80, 12)
    let other = try #require((3..<10).first { turned[$0, 0].style == .selected })
    #expect(turned.text(ofRow: other).hasPrefix(name + " "))
  }
}
