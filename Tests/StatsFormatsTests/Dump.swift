import Statistics
import StatsFormats
import StatsTree
import Testing

@Suite struct Dump {
  @Test func dump() throws {
    let example = try Example()
    example.passAgain()
    print(ShowText(showsRates: true, showsBars: true).text(of: example.sampler, at: example.moment))
    print(ShowText(hidesZeros: false).text(of: example.sampler, at: example.moment))
    let summary = SummaryTable(statistics: ["exits", "halt_wait_ns", "halt_wait_hist", "level"])
      .result(of: example.sampler, at: example.moment)
    print(summary.table.rendering().text, summary.notes)
    print(summary.table.rendering(width: 40).text)
    var json = JSONLines(showsRates: true)
    print(json.line(of: example.sampler, at: example.moment).text)
    print(CSV.header.text + CSV().lines(of: example.sampler, at: example.moment).text)
    let meanings = try Meanings(parsing: "[exits]\nmeaning: Times \"out\".\nheadline: 1\n")
    for dialect in [OpenMetrics.Dialect.openMetrics, .prometheus] {
      var metrics = OpenMetrics(example.sampler, meanings, dialect: dialect)
      let text = metrics.text()
      print(text.text)
      print(
        dialect == .prometheus
          ? Promtool.complaints(about: text) : "\(OpenMetricsChecker(text.text).flaws)")
    }
  }
}
