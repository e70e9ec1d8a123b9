import Statistics
import StatsRules
import StatsTesting
import TestSupport
import Testing

@Suite("Formulas")
struct FormulaTests {
  private static let schema = Schema(packing: [
    Statistic("exits", .cumulative),
    Statistic("halt_poll_fail_ns", .cumulative, unit: .seconds, scale: .nano),
    Statistic("halt_poll_success_ns", .cumulative, unit: .seconds, scale: .nano),
    Statistic("halt_wait_hist", .logHistogram, unit: .seconds, scale: .nano, size: 32),
    Statistic("received", .cumulative, unit: .bytes, scale: Scale(base: .two, exponent: 10)),
    Statistic("pages_4k", .instant),
    Statistic("max_depth", .peak),
    Statistic("odd-name", .instant),
  ])

  @Test(
    "What is right is understood, and fits the schema",
    arguments: [
      "rate(halt_poll_fail_ns) > 0.2",
      "rate(halt_poll_fail_ns) > 20%",
      "share(halt_poll_fail_ns) > 20% and not rate(exits) > 1000/s",
      "rate(halt_poll_fail_ns) / rate(halt_poll_success_ns) >= 0.5 or denied",
      "(rate(exits) - 5) * 2 > -3.5",
      "p99(halt_wait_hist) > 5ms",
      "p999(halt_wait_hist) + 2us < 1min",
      "rate(received) > 10MiB/s",
      "delta(received) > 4KiB",
      "pages_4k > 10k",
      "value(\"odd-name\") == 0 or 'odd-name' != 1",
      "rate(exits) ?? 0 > 5",
      "rate(exits)>1000/s and(stale or not denied)",
      "rate(halt_poll_fail_ns) / rate(exits) > 10us",
    ])
  func right(text: String) throws {
    try Formula(text, .condition).check(against: [Self.schema])
  }

  @Test(
    "What is wrong is pointed at",
    arguments: [
      ("", "", "a formula is needed"),
      ("rate(exits)", "rate(exits)", "this is a number"),
      ("rate(exits) >", "", "something is missing at the end"),
      ("rate(exits) > 5 && denied", "&&", "write 'and'"),
      ("rate(exits) = 5", "=", "write '=='"),
      ("speed(exits) > 5", "speed", "there is no function 'speed'"),
      ("rate(exits > 5", ">", "a ) is needed"),
      ("rate(5) > 5", "5", "the name of a statistic is needed"),
      ("(rate(exits) > 5", "(", "this ( has no )"),
      ("rate(exits) > 5)", ")", "there is no ( for it"),
      ("rate(exits) > 5 6", "6", "without 'and', 'or'"),
      ("1 < rate(exits) < 5", "<", "join two comparisons"),
      ("rate(exits) > 5 and 3", "3", "this is a number"),
      ("(rate(exits) > 5) + 1 > 2", "(rate(exits) > 5)", "this is true or false"),
      ("rate(exits) > 5ns5", "ns5", "there is no unit 'ns5'"),
      ("rate(exits) > 1.2.3", "1.2.3", "is no number"),
      ("rate(exits) > 5 # much", "#", "this sign is not understood"),
      ("rate(exits) > 5 é", "é", "this sign is not understood"),
      ("'exits > 5", "'exits > 5", "the quote has no end"),
      ("rate(exitz) > 5", "rate(exitz)", "there is exits"),
      ("rate(halt_poll_fail) > 5", "rate(halt_poll_fail)", "there is halt_poll_fail_ns"),
      ("rate(exits) > 5ms", ">", "a number per second and seconds do not go together"),
      ("rate(halt_poll_fail_ns) > 5/s", ">", "a plain number and a number per second"),
      ("share(exits) > 5%", "share(exits)", "counts no time"),
      ("rate(halt_wait_hist) > 5", "rate(halt_wait_hist)", "is a histogram"),
      ("p99(exits) > 5", "p99(exits)", "is no histogram"),
      ("rate(max_depth) > 5", "rate(max_depth)", "is a peak"),
      ("exits + received > 5", "+", "do not go together"),
    ])
  func wrong(text: String, part: String, reason: String) {
    do throws(FormulaError) {
      try Formula(text, .condition).check(against: [Self.schema])
      Issue.record("'\(text)' was taken")
    } catch {
      let bytes = Array(text.utf8)
      #expect(String(decoding: bytes[error.range], as: UTF8.self) == part)
      #expect(error.reason.contains(reason), "\(error.reason)")
    }
  }

  @Test("The mark stands below the wrong part, whatever is before it")
  func marks() throws {
    do throws(FormulaError) {
      _ = try Formula("'ünï' > 5\tand rate(exits) = 3", .condition)
      Issue.record("it was taken")
    } catch {
      let lines = error.description.split(separator: "\n")
      #expect(lines[1] == "  'ünï' > 5 and rate(exits) = 3")
      #expect(lines[2] == "                            ^")
    }
    do throws(FormulaError) {
      _ = try Formula(String(repeating: "1 + ", count: 500) + "§", .number)
      Issue.record("it was taken")
    } catch {
      let lines = error.description.split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= 92 })
      #expect(lines[2].last == "^")
    }
  }

  @Test(
    "However deep or long, it ends with a reason",
    arguments: [
      String(repeating: "(", count: 4000), String(repeating: "not ", count: 1000),
      String(repeating: "-", count: 4000), String(repeating: "1+", count: 2000),
      String(repeating: "x", count: 100_000), String(repeating: "((1)+", count: 800),
    ])
  func deep(text: String) {
    #expect(throws: FormulaError.self) { try Formula(text, .condition) }
  }

  @Test("A sum as long as a text may be is evaluated")
  func long() throws {
    let text = String(repeating: "1+", count: 2000) + "1 > 2000"
    let host = CaseHost()
    try host.add("kvm/one", Self.schema, growth: [:])
    #expect(host.subject("kvm/one")?.answer(try Formula(text, .condition)) == .yes)
  }

  @Test("Any bytes are a formula or a flaw inside of the text")
  func noise() {
    let words = [
      "rate", "(", ")", "exits", "and", "or", "not", ">", "<=", "==", "5", "20%", "1000/s", "??",
      "-", "*", "/", "p99", "\"", "'", " ", "é", "\u{0}", "denied", ".", "1e9", "%", "&&", "5ms",
    ]
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...12, using: &generator)
      let text = (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }.joined()
      do throws(FormulaError) {
        let formula = try Formula(text, .condition)
        try formula.check(against: [Self.schema])
      } catch {
        #expect(error.range.lowerBound <= error.range.upperBound, "\(text)")
        #expect(error.range.upperBound <= text.utf8.count, "\(text)")
        #expect(error.description.split(separator: "\n").count >= 2, "\(text)")
      }
    }
  }
}
