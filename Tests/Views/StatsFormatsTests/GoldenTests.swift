import Statistics
import StatsFormats
import StatsKnowledge
import StatsText
import StatsTree
import TestSupport
import Testing

@Suite struct GoldenTests {
  static let meanings = try? Meanings(
    parsing: """
      [exits]
      meaning: Times that the guest was "left" \\ for any reason.
      headline: 1
      [halt_wait_ns]
      meaning: Time that the vCPU was blocked.
      headline: 3
      [level]
      meaning: A level.
      headline: 2
      [nowhere]
      meaning: In no schema.
      headline: 1

      """)

  private func expect(
    _ bytes: [UInt8], _ name: String, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(Golden.text(name, for: bytes.text) == bytes.text, sourceLocation: location)
  }

  @Test("Show has blocks with rates, bars, statuses and what is hidden")
  func show() throws {
    let example = try Example()
    let values = ShowText(hidesZeros: false).text(of: example.sampler, at: example.moment)
    expect(Array(values.utf8), "show.txt")
    example.passAgain()
    let rates = ShowText(showsRates: true, showsBars: true)
    expect(Array(rates.text(of: example.sampler, at: example.moment).utf8), "show-rates.txt")
  }

  @Test("The summary picks headlines and says what it drops")
  func summary() throws {
    let example = try Example()
    let meanings = try #require(Self.meanings)
    let names = SummaryTable.headlines(for: example.sampler.plan, meanings, limit: 2)
    #expect(names == ["exits", "level"])
    let all = SummaryTable.headlines(for: example.sampler.plan, meanings, limit: 9)
    var table = SummaryTable(statistics: all + ["halt_wait_hist"])
    let first = table.result(of: example.sampler, at: example.moment).table
    expect(first.rendering().bytes, "summary-first.txt")
    example.passAgain()
    let second = table.result(of: example.sampler, at: example.moment).table
    expect(second.rendering().bytes, "summary.txt")
    let narrow = second.rendering(width: 60)
    expect(narrow.bytes, "summary-60.txt")
    #expect(narrow.droppedColumns == ["FROM", "halt_wait_ns%", "halt_wait_hist p99"])
  }

  @Test("JSON lines have every value, the large ones as strings")
  func json() throws {
    let example = try Example()
    example.passAgain()
    var json = JSONLines(showsRates: true)
    expect(json.line(of: example.sampler, at: example.moment), "sample.json")
  }

  @Test("CSV has a line for every value")
  func csv() throws {
    let example = try Example()
    example.passAgain()
    expect(CSV.header + CSV().lines(of: example.sampler, at: example.moment), "sample.csv")
  }

  @Test("OpenMetrics is as wanted and passes the strict checker")
  func openMetrics() throws {
    let example = try Example()
    example.passAgain()
    var metrics = OpenMetrics(example.sampler, try #require(Self.meanings))
    let text = metrics.text()
    expect(text, "sample.openmetrics")
    #expect(OpenMetricsChecker(text.text).flaws == [])
  }

  @Test("Prometheus text is as wanted")
  func prometheus() throws {
    let example = try Example()
    example.passAgain()
    var metrics = OpenMetrics(
      example.sampler, try #require(Self.meanings), dialect: .prometheus)
    expect(metrics.text(), "sample.prometheus")
  }

  @Test("promtool accepts the Prometheus text", .enabled(if: Promtool.isInstalled))
  func promtool() throws {
    let example = try Example()
    example.passAgain()
    var metrics = OpenMetrics(
      example.sampler, try #require(Self.meanings), dialect: .prometheus)
    #expect(Promtool.complaints(about: metrics.text()) == "")
  }

  @Test("Prometheus reads the OpenMetrics text", .enabled(if: Promtool.isInstalled))
  func imports() throws {
    let example = try Example()
    example.passAgain()
    var metrics = OpenMetrics(example.sampler, try #require(Self.meanings))
    let text = metrics.text()
    #expect(Promtool.importComplaints(about: text) == "")
    #expect(Promtool.importComplaints(about: text.dropLast(6) + []) != "")
  }
}
