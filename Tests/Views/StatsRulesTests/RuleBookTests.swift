import StatsKnowledge
import StatsRules
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

  @Test("A rule is read with its parts")
  func right() throws {
    let book = try RuleBook(parsing: "# first\n\n" + Self.rule)
    let rule = try #require(book.rules.first)
    #expect(rule.name == "busy")
    #expect(rule.line == 3)
    #expect(rule.condition.text == "share(run_ns) > 90% and rate(exits) < 5/s")
    #expect(rule.evidence.map(\.label) == ["ran", "exits"])
    #expect(rule.isAbout("kvm/web1/vcpu12"))
    #expect(rule.isAbout("app/shop/worker3"))
    #expect(!rule.isAbout("kvm/web1"))
    #expect(!rule.isAbout("app/shop/worker3/part"))
  }

  @Test(
    "A flaw is told by line and reason",
    arguments: [
      ("on: vcpu, app/*/worker*", "on: somewhere", 2, "'somewhere' is no place"),
      ("severity: notice", "severity: awful", 3, "problem, waste, notice"),
      ("when: share(run_ns) > 90%", "when: share(run_ns) >> 90%", 4, "^"),
      ("show: ran =", "show: ran", 6, "words = formula"),
      ("try: nothing", "tri: nothing", 8, "unknown key 'tri'"),
      ("why: a test", "", 1, "[busy] has no why"),
      ("finding: is busy", "finding: is busy\nfinding: twice", 8, "duplicate key"),
      ("[busy]", "[busy", 1, "[name]"),
      ("on: vcpu", "  on: vcpu", 2, "continuation line"),
    ])
  func wrong(good: String, bad: String, line: Int, reason: String) {
    do throws(SectionFileError) {
      _ = try RuleBook(parsing: Self.rule.replacing(good, with: bad))
      Issue.record("it was taken")
    } catch {
      #expect(error.line == line)
      #expect(error.reason.contains(reason), "\(error.reason)")
    }
  }

  @Test("A rule twice in a file is a flaw; one of another file takes the place")
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

@Suite("Rules files of any bytes")
struct RuleBookNoiseTests {
  @Test("They are rules, or a flaw in a line that there is")
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
