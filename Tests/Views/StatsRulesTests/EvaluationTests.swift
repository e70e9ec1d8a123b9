import Statistics
import StatsRules
import StatsTesting
import StatsTree
import TestSupport
import Testing

@testable import ProcStats

@Suite("Evaluation of formulas")
struct EvaluationTests {
  private static let quota = Schema(packing: [
    Statistic("nr_periods", .cumulative), Statistic("nr_throttled", .cumulative),
  ])
  private static let requests = Schema(packing: [
    Statistic("served", .cumulative),
    Statistic("bytes", .cumulative, unit: .bytes, scale: Scale(base: .two, exponent: 10)),
    Statistic("wait_hist", .logHistogram, unit: .seconds, scale: .nano, size: 40),
    Statistic("depth", .instant), Statistic("idle", .instant),
    Statistic("phase", .instant, isSigned: true),
  ])

  /// A vCPU that ran for 0.5 s of 2 s, in a VM that was throttled in 5 of 20 periods.
  private func host() throws -> CaseHost {
    let host = CaseHost()
    try host.add(
      "kvm/one", Self.quota, named: "cgroup", growth: ["nr_periods": 20, "nr_throttled": 5])
    try host.add(
      "kvm/one/vcpu0", ThreadScheduleBacking.schema, named: "sched",
      growth: ["run_ns": 500_000_000, "run_delay_ns": 3_000_000_000, "timeslices": 100])
    try host.add(
      "kvm/one/vcpu0", Self.requests,
      growth: ["served": 3000, "bytes": 20, "wait_hist": 10, "depth": 7])
    try host.add(
      "kvm/two/vcpu0", ThreadScheduleBacking.schema, growth: [:], then: .denied(code: 13))
    return host
  }

  @Test(
    "A condition is true, false or unknown",
    arguments: [
      ("rate(run_ns) > 20%", "yes"),
      ("rate(run_ns) > 30%", "no"),
      ("share(run_delay_ns) == 1", "yes"),
      ("rate(run_delay_ns) == 1.5", "yes"),
      ("rate(served) == 1500/s", "yes"),
      ("delta(served) == 3000", "yes"),
      ("delta(bytes) == 20KiB", "yes"),
      ("rate(bytes) == 10KiB/s", "yes"),
      ("depth == 7 and value(depth) == 7 and rate(depth) == 3.5/s", "yes"),
      ("p50(wait_hist) > 500us", "yes"),
      // The bucket is 524,288 to 1,048,575 ns: only its lower bound is certain.
      ("p50(wait_hist) > 600us", "no"),
      ("rate(nr_throttled) / rate(nr_periods) == 25%", "yes"),
      ("absent > 5", "no absent"),
      ("not absent > 5", "no absent"),
      ("absent > 5 or rate(run_ns) > 20%", "yes"),
      ("absent > 5 and rate(run_ns) > 30%", "no"),
      ("absent > 5 and rate(run_ns) > 20%", "no absent"),
      ("(absent ?? 3) == 3", "yes"),
      ("(depth ?? 3) == 3", "no"),
      ("absent / 2 > 5", "no absent"),
      ("depth / idle > 5", "division by zero in 'depth / idle > 5'"),
      ("stale or denied", "no"),
      ("depth - 8 < -0.5", "yes"),
      ("-depth == -7", "yes"),
    ])
  func answers(text: String, expected: String) throws {
    let subject = try #require(try host().subject("kvm/one/vcpu0"))
    switch subject.answer(try Formula(text, .condition)) {
    case .yes: #expect(expected == "yes")
    case .no: #expect(expected == "no")
    case .unknown(let missing):
      #expect(missing.map(\.description).joined(separator: ", ").contains(expected))
    }
  }

  @Test("Only values that affect the result are reported as missing")
  func causes() throws {
    let subject = try #require(try host().subject("kvm/one/vcpu0"))
    let text = "(absent ?? 0) < 5 and (lost > 5 or gone > 5 and depth < 0) and depth > 0"
    #expect(subject.answer(try Formula(text, .condition)) == .unknown([.absent(name: "lost")]))
  }

  @Test(
    "A number has a unit",
    arguments: [
      ("share(run_ns)", "25.0%", "ratio"),
      ("rate(served)", "1.5k/s", "per second"),
      ("delta(served)", "3k", "count"),
      ("delta(run_ns)", "500 ms", "seconds"),
      ("rate(run_ns) / rate(served)", "167 us", "seconds"),
      ("rate(nr_throttled) / rate(nr_periods)", "25.0%", "ratio"),
      ("delta(bytes)", "20 KiB", "bytes"),
      ("rate(bytes)", "10 KiB/s", "bytes per second"),
    ])
  func numbers(text: String, shown: String, unit: String) throws {
    let subject = try #require(try host().subject("kvm/one/vcpu0"))
    let measure = try subject.measure(try Formula(text, .number)).get()
    #expect(measure.text == shown)
    #expect(measure.unit == unit)
  }

  @Test("A denied value is unknown, and 'denied' is true")
  func denied() throws {
    let subject = try #require(try host().subject("kvm/two/vcpu0"))
    #expect(subject.answer(try Formula("denied", .condition)) == .yes)
    let answer = subject.answer(try Formula("rate(run_ns) > 5%", .condition))
    #expect(answer == .unknown([.unreadable(name: "run_ns", .denied(code: 13))]))
  }

  @Test("A formula finds the statistics of ancestors, not of descendants")
  func above() throws {
    let host = try host()
    let formula = try Formula("rate(nr_throttled) > 0 and rate(run_ns) > 0", .condition)
    #expect(try #require(host.subject("kvm/one/vcpu0")).hasOwn(formula))
    #expect(try !#require(host.subject("kvm/one")).hasOwn(formula))
    #expect(try !#require(host.subject("kvm/two/vcpu0")).hasOwn(formula))
  }
}
