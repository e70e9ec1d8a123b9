import Statistics
import StatsKnowledge
import StatsTesting
import StatsText
import StatsTree
import TestSupport
import Testing

@testable import StatsFormats

@Suite("Aggregates in all views")
struct AggregateTests {
  private func expect(
    _ bytes: [UInt8], _ name: String, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(Golden.text(name, for: bytes.text) == bytes.text, sourceLocation: location)
  }

  private let guest = Pattern(paths: ["kvm/web1"])

  @Test("Show has the number of members, their provenances and the values of departed members")
  func show() throws {
    let example = try AggregateExample()
    example.passAgain()
    let rates = ShowText(meanings: .builtIn, showsRates: true).text(
      of: example.sampler, at: example.timestamp, matching: guest)
    example.passWithTroubles()
    let values = ShowText(meanings: .builtIn, hidesZeros: false).text(
      of: example.sampler, at: example.timestamp, matching: guest)
    expect(Array((rates + "\n" + values).utf8), "aggregate-show.txt")
  }

  @Test("The summary has a row per aggregate, with shares above 100 % of one CPU")
  func summary() throws {
    let example = try AggregateExample()
    var table = SummaryTable(
      statistics: ["exits", "halt_wait_ns", "halt_wait_hist", "blocking", "mode", "deepest"],
      meanings: .builtIn)
    example.passAgain()
    let first = table.result(of: example.sampler, at: example.timestamp)
    #expect(first.notes == [.ongoing])
    example.passWithTroubles()
    let second = table.result(of: example.sampler, at: example.timestamp)
    expect(
      first.table.rendering().bytes + [0x0a] + second.table.rendering().bytes,
      "aggregate-summary.txt")
  }

  @Test("JSON has members, provenances, state counts and the values of departed members")
  func json() throws {
    let example = try AggregateExample()
    example.passWithTroubles()
    var json = JSONLines(showsRates: true)
    expect(json.line(of: example.sampler, at: example.timestamp, matching: guest), "aggregate.json")
  }

  @Test("CSV has a line for each state")
  func csv() throws {
    let example = try AggregateExample()
    example.passWithTroubles()
    expect(
      CSV.header + CSV().lines(of: example.sampler, at: example.timestamp, matching: guest),
      "aggregate.csv")
  }

  @Test("OpenMetrics has series of members only, because Prometheus computes sums")
  func metrics() throws {
    let example = try AggregateExample()
    var metrics = OpenMetrics(example.sampler, meanings: .builtIn)
    let text = metrics.text().text
    #expect(OpenMetricsChecker(text).errors == [])
    #expect(!text.contains("aggregate"))
    #expect(!text.contains("vcpus"))
    #expect(text.contains(#"vitals_kvm_exits_total{vm="web1",vcpu="0"} 100"#))
  }

  @Test("A sum whose members all wait has no rate instead of 0 %")
  func waiting() throws {
    let statistic = Statistic("halt_wait_ns", .cumulative, unit: .seconds, scale: .nano)
    let interval = try #require(
      Interval(from: Window(begin: 0, end: 0), to: Window(begin: 1_000_000_000, end: 1_000_000_000))
    )
    func text(_ increase: UInt64, memberCount: Int, isOngoing: Bool) -> String {
      FormattedRate(
        Rate(increase: increase, interval: interval), of: statistic, memberCount: memberCount,
        isOngoing: isOngoing
      ).marked
    }
    #expect(text(0, memberCount: 6, isOngoing: true) == "-~")
    #expect(text(0, memberCount: 6, isOngoing: false) == "0.0%")
    #expect(text(3_500_000_000, memberCount: 6, isOngoing: true) == "350.0%~")
    #expect(text(6_500_000_000, memberCount: 6, isOngoing: false) == "600.0%*")
    #expect(text(1_500_000_000, memberCount: 1, isOngoing: false) == "100.0%*")
    #expect(text(500_000_000, memberCount: 1, isOngoing: true) == "50.0%")
  }

  @Test("The average of counts has decimals")
  func average() throws {
    let form = AggregateSchema(of: AggregateExample.schema, by: [.average])
    let statistic = try #require(form.schema["exits.avg"])
    #expect(Quantity(12_500, of: statistic)?.text == "12.5")
    let bytes = try #require(form.schema["level.avg"])
    #expect(Quantity(2_500_000, of: bytes)?.text == "2.44 KiB")
    #expect(form.functions == "avg")
  }

  @Test("A hidden source is not shown but is counted by aggregates")
  func hidden() throws {
    let tree = Tree()
    let backing = InMemoryBacking()
    let words = AggregateExample.words(0, second: 1)
    let token = backing.add(.words(words, window: Window(begin: 1, end: 2)))
    let web = try tree.add("web", below: tree.source("kvm"))
    let secret = try tree.add("vcpu0", below: web, isHidden: true)
    let group = try tree.attach(
      "kvm", schema: AggregateExample.schema, backing: backing, token: token, provenance: .qmp,
      to: secret)
    try tree.aggregate(group.family, as: "vcpus.kvm", over: web)
    for includesHidden in [false, true] {
      let sampler = Sampler(tree, Selection(includesHidden: includesHidden))
      sampler.pass()
      let text = ShowText(meanings: .builtIn).text(
        of: sampler, at: Timestamp(monotonic: 3, realtime: 0))
      #expect(text.contains("kvm/web/vcpu0") == includesHidden)
      #expect(text.contains("sum of 1 by qmp"))
    }
  }
}
