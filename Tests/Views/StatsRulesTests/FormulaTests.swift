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
    "A valid formula is accepted and matches the schema",
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
  func valid(text: String) throws {
    try Formula(text, .condition).check(against: [Self.schema])
  }

  @Test(
    "An error has the position of the invalid part",
    arguments: [
      ("", "", "expected a formula"),
      ("rate(exits)", "rate(exits)", "expected a condition"),
      ("rate(exits) >", "", "unexpected end"),
      ("rate(exits) > 5 && denied", "&&", "use 'and'"),
      ("rate(exits) = 5", "=", "use '=='"),
      ("speed(exits) > 5", "speed", "unknown function 'speed'"),
      ("rate(exits > 5", ">", "expected ')'"),
      ("rate(5) > 5", "5", "expected the name of a statistic"),
      ("(rate(exits) > 5", "(", "unmatched '('"),
      ("rate(exits) > 5)", ")", "no matching '('"),
      ("rate(exits) > 5 6", "6", "expected 'and', 'or'"),
      ("1 < rate(exits) < 5", "<", "cannot be chained"),
      ("rate(exits) > 5 and 3", "3", "expected a condition"),
      ("(rate(exits) > 5) + 1 > 2", "(rate(exits) > 5)", "expected a number"),
      ("rate(exits) > 5ns5", "ns5", "unknown unit 'ns5'"),
      ("rate(exits) > 1.2.3", "1.2.3", "invalid number"),
      ("rate(exits) > 5 # much", "#", "unexpected character"),
      ("rate(exits) > 5 é", "é", "unexpected character"),
      ("'exits > 5", "'exits > 5", "unterminated quote"),
      ("rate(exitz) > 5", "rate(exitz)", "similar names: exits"),
      ("rate(halt_poll_fail) > 5", "rate(halt_poll_fail)", "similar names: halt_poll_fail_ns"),
      ("rate(exits) > 5ms", ">", "incompatible units: a number per second and seconds"),
      ("rate(halt_poll_fail_ns) > 5/s", ">", "a plain number and a number per second"),
      ("share(exits) > 5%", "share(exits)", "does not count time"),
      ("rate(halt_wait_hist) > 5", "rate(halt_wait_hist)", "is a histogram"),
      ("p99(exits) > 5", "p99(exits)", "is not a histogram"),
      ("rate(max_depth) > 5", "rate(max_depth)", "is a peak"),
      ("exits + received > 5", "+", "incompatible units"),
    ])
  func invalid(text: String, part: String, reason: String) {
    do throws(FormulaError) {
      try Formula(text, .condition).check(against: [Self.schema])
      Issue.record("'\(text)' was accepted")
    } catch {
      let bytes = Array(text.utf8)
      #expect(String(decoding: bytes[error.range], as: UTF8.self) == part)
      #expect(error.reason.contains(reason), "\(error.reason)")
    }
  }

  @Test("The marks are below the invalid part")
  func marks() throws {
    do throws(FormulaError) {
      _ = try Formula("'ünï' > 5\tand rate(exits) = 3", .condition)
      Issue.record("the formula was accepted")
    } catch {
      let lines = error.description.split(separator: "\n")
      #expect(lines[1] == "  'ünï' > 5 and rate(exits) = 3")
      #expect(lines[2] == "                            ^")
    }
    do throws(FormulaError) {
      _ = try Formula(String(repeating: "1 + ", count: 500) + "§", .number)
      Issue.record("the formula was accepted")
    } catch {
      let lines = error.description.split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= 92 })
      #expect(lines[2].last == "^")
    }
  }

  @Test(
    "A formula that is too deep or too long is rejected",
    arguments: [
      String(repeating: "(", count: 4000), String(repeating: "not ", count: 1000),
      String(repeating: "-", count: 4000), String(repeating: "1+", count: 2000),
      String(repeating: "x", count: 100_000), String(repeating: "((1)+", count: 800),
    ])
  func deep(text: String) {
    #expect(throws: FormulaError.self) { try Formula(text, .condition) }
  }

  @Test("A sum of the maximum length is evaluated")
  func long() throws {
    let text = String(repeating: "1+", count: 2000) + "1 > 2000"
    let host = CaseHost()
    try host.add("kvm/one", Self.schema, growth: [:])
    #expect(host.subject("kvm/one")?.answer(try Formula(text, .condition)) == .yes)
  }

  @Test("Random tokens are a formula or an error within the text")
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
