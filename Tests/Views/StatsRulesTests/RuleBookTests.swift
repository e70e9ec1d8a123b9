import StatsKnowledge
import StatsRules
import StatsTree
import TestSupport
import Testing

@Suite("Rules files")
struct RuleBookTests {
  private static let rule = """
    [busy]
    on: vcpu, app/*/worker*
    severity: notice
    when: share(run_ns) > 90%
      and rate(exits) < 5/s
    show: ran = share(run_ns); exits = rate(exits)
    finding: is busy
    try: nothing
    why: a test
    """

  @Test("Every key of a rule is parsed")
  func keys() throws {
    let book = try RuleBook(parsing: "# first\n\n" + Self.rule)
    let rule = try #require(book.rules.first)
    #expect(rule.name == "busy")
    #expect(rule.line == 3)
    #expect(rule.condition.text == "share(run_ns) > 90% and rate(exits) < 5/s")
    #expect(rule.evidence.map(\.label) == ["ran", "exits"])
    let tree = Tree()
    let sources = [
      "kvm/web1/vcpu12", "app/shop/worker3", "kvm/web1", "app/shop/worker3/part", "xen/db/vcpu0",
    ].map { tree.source($0) }
    tree.assignRolesByPath()
    #expect(sources.map { rule.applies(to: $0) } == [true, true, false, false, false])
  }

  @Test(
    "An invalid rule is rejected with its line number and reason",
    arguments: [
      ("on: vcpu, app/*/worker*", "on: somewhere", 2, "unknown source 'somewhere'"),
      ("severity: notice", "severity: awful", 3, "problem, waste, notice"),
      ("when: share(run_ns) > 90%", "when: share(run_ns) >> 90%", 4, "^"),
      ("show: ran =", "show: ran", 6, "label = formula"),
      ("try: nothing", "tri: nothing", 8, "unknown key 'tri'"),
      ("why: a test", "", 1, "missing key 'why' in [busy]"),
      ("finding: is busy", "finding: is busy\nfinding: twice", 8, "duplicate key"),
      ("[busy]", "[busy", 1, "[name]"),
      ("on: vcpu", "  on: vcpu", 2, "continuation line"),
    ])
  func invalid(good: String, bad: String, line: Int, reason: String) {
    do throws(SectionFileError) {
      _ = try RuleBook(parsing: Self.rule.replacing(good, with: bad))
      Issue.record("the rule was accepted")
    } catch {
      #expect(error.line == line)
      #expect(error.reason.contains(reason), "\(error.reason)")
    }
  }

  @Test("A duplicate rule in a file is rejected; a rule of another file replaces the first")
  func twice() throws {
    #expect(throws: SectionFileError.self) {
      try RuleBook(parsing: Self.rule + "\n" + Self.rule)
    }
    var book = RuleBook.builtIn
    let count = book.rules.count
    book.add(try RuleBook(parsing: Self.rule.replacing("[busy]", with: "[own-quota]")))
    #expect(book.rules.count == count)
    #expect(book.rules.first { $0.name == "own-quota" }?.finding == "is busy")
    book.add(try RuleBook(parsing: Self.rule))
    #expect(book.rules.count == count + 1)
  }
}

@Suite("Random rules files")
struct RuleBookNoiseTests {
  @Test("Random lines are rules or an error with a valid line number")
  func noise() {
    let lines = [
      "[a]", "[b]", "[", "on: vcpu", "on: x/[", "on:", "severity: waste", "severity: x",
      "when: rate(a) > 5", "when: (((", "show: a = b; c = d", "show: ;;=;", "list: neighbours",
      "finding: x", "try: y", "why: z", "  more", "\t", "#", "", ":", "\u{0}", "é: é", "when:",
    ]
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...16, using: &generator)
      let text = (0..<count).map { _ in lines.randomElement(using: &generator) ?? "" }
        .joined(separator: "\n")
      do throws(SectionFileError) {
        _ = try RuleBook(parsing: text)
      } catch {
        #expect((1...max(1, count)).contains(error.line), "\(text)")
      }
    }
  }
}
