import Statistics
import StatsFormats
import StatsKnowledge
import StatsText
import StatsTree
import TestSupport
import Testing

@Suite("Golden files of all formats") struct GoldenTests {
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

  @Test("Show has blocks with rates, bars, statuses and the number of hidden zeros")
  func show() throws {
    let example = try Example()
    let values = ShowText(meanings: .builtIn, hidesZeros: false).text(
      of: example.sampler, at: example.timestamp)
    expect(Array(values.utf8), "show.txt")
    example.passAgain()
    let rates = ShowText(meanings: .builtIn, showsRates: true, showsBars: true)
    expect(Array(rates.text(of: example.sampler, at: example.timestamp).utf8), "show-rates.txt")
  }

  @Test("The summary selects headline statistics and reports dropped columns")
  func summary() throws {
    let example = try Example()
    let meanings = try #require(Self.meanings)
    let names = SummaryTable.headlines(for: example.sampler.plan, meanings, limit: 2)
    #expect(names == ["exits", "level"])
    let all = SummaryTable.headlines(for: example.sampler.plan, meanings, limit: 9)
    var table = SummaryTable(statistics: all + ["halt_wait_hist"], meanings: .builtIn)
    let first = table.result(of: example.sampler, at: example.timestamp).table
    expect(first.rendering().bytes, "summary-first.txt")
    example.passAgain()
    let second = table.result(of: example.sampler, at: example.timestamp).table
    expect(second.rendering().bytes, "summary.txt")
    let narrow = second.rendering(width: 60)
    expect(narrow.bytes, "summary-60.txt")
    #expect(narrow.droppedColumns == ["FROM", "halt_wait_ns%", "halt_wait_hist p99"])
  }

  @Test("JSON lines have every value, large ones as strings")
  func json() throws {
    let example = try Example()
    example.passAgain()
    var json = JSONLines(showsRates: true)
    expect(json.line(of: example.sampler, at: example.timestamp), "sample.json")
  }

  @Test("CSV has a line for every value")
  func csv() throws {
    let example = try Example()
    example.passAgain()
    expect(CSV.header + CSV().lines(of: example.sampler, at: example.timestamp), "sample.csv")
  }

  @Test("OpenMetrics equals the golden file and passes the strict checker")
  func openMetrics() throws {
    let example = try Example()
    example.passAgain()
    var metrics = OpenMetrics(example.sampler, meanings: try #require(Self.meanings))
    let text = metrics.text()
    expect(text, "sample.openmetrics")
    #expect(OpenMetricsChecker(text.text).errors == [])
  }

  @Test("Prometheus text equals the golden file")
  func prometheus() throws {
    let example = try Example()
    example.passAgain()
    var metrics = OpenMetrics(
      example.sampler, meanings: try #require(Self.meanings), dialect: .prometheus)
    expect(metrics.text(), "sample.prometheus")
  }

  @Test("promtool accepts the Prometheus text", .enabled(if: Promtool.isInstalled))
  func promtool() throws {
    let example = try Example()
    example.passAgain()
    var metrics = OpenMetrics(
      example.sampler, meanings: try #require(Self.meanings), dialect: .prometheus)
    #expect(Promtool.errors(about: metrics.text()) == "")
  }

  @Test("Prometheus reads the OpenMetrics text", .enabled(if: Promtool.isInstalled))
  func imports() throws {
    let example = try Example()
    example.passAgain()
    var metrics = OpenMetrics(example.sampler, meanings: try #require(Self.meanings))
    let text = metrics.text()
    #expect(Promtool.importErrors(about: text) == "")
    #expect(Promtool.importErrors(about: text.dropLast(6) + []) != "")
  }
}
