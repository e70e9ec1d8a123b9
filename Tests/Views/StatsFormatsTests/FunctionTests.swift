import Statistics
import StatsKnowledge
import StatsTesting
import StatsText
import StatsTree
import TestSupport
import Testing

@testable import StatsFormats

@Suite("Functions of aggregates")
struct FunctionTests {
  private func expect(
    _ bytes: [UInt8], _ name: String, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(Golden.text(name, for: bytes.text) == bytes.text, sourceLocation: location)
  }

  private let statistics = [
    "exits", "halt_wait_ns", "halt_wait_hist", "blocking", "mode", "level", "deepest", "odd",
  ]

  @Test("Functions are applied to the rates of members, not to totals")
  func watch() throws {
    let example = try AggregateExample(parts: .aggregates)
    example.passAgain()
    var table = AggregateTable(
      statistics: statistics, outputs: AggregateOutput.allCases, meanings: .builtIn)
    let result = table.result(of: example.sampler, at: example.timestamp)
    let lists = table.lists(of: example.sampler, width: 100)
    expect(result.table.rendering().bytes + [0x0a] + lists.text, "functions-watch.txt")
    #expect(result.notes == [.ongoing])
  }

  @Test("Members that are not up are counted separately, and waiting members have no rate")
  func unavailableMembers() throws {
    let example = try AggregateExample(parts: .aggregates)
    example.passWithTroubles()
    var table = AggregateTable(
      statistics: ["exits", "halt_wait_ns"],
      outputs: [
        .function(.sum), .function(.maximum), .function(.average), .function(.countZero),
      ], meanings: .builtIn)
    let text = table.result(of: example.sampler, at: example.timestamp).table.rendering().text
    expect(Array(text.utf8), "functions-troubles.txt")
  }

  @Test("The maximum rate is that of the fastest member, not of the one with the highest count")
  func greatestRate() throws {
    let example = try AggregateExample(parts: .aggregates)
    var words = (0..<4).map { AggregateExample.words($0, second: 1) }
    words[0][0] = 1_000_000
    let window = Window(begin: 1_000_000_000, end: 1_000_000_200)
    example.backing.set(0, .words(words[0], window: window))
    example.sampler.pass()
    for vcpu in words.indices {
      let window = Window(begin: 2_000_000_000, end: 2_000_000_000)
      words[vcpu][0] += vcpu == 2 ? 50 : 1
      example.backing.set(vcpu, .words(words[vcpu], window: window))
    }
    example.sampler.pass()
    let text = AggregateText(
      outputs: [.function(.maximum)], ShowText(meanings: .builtIn, showsRates: true), width: 100
    )
    .text(of: example.sampler, at: example.timestamp)
    let line = text.split(separator: "\n").first { $0.contains("exits") }
    #expect(line?.contains("50/s") == true, "\(text)")
    #expect(line?.contains("kvm/web1/vcpu2") == true, "\(text)")
  }

  @Test("A row limit omits complete sources")
  func rows() throws {
    let example = try AggregateExample(parts: .aggregates)
    var table = AggregateTable(
      statistics: ["exits"], outputs: [.function(.sum), .function(.maximum)],
      meanings: .builtIn)
    let result = table.result(of: example.sampler, at: example.timestamp, rowLimit: 1)
    #expect(result.table.rowCount == 2)
    #expect(result.omittedCount == 0)
  }

  @Test("Show has values and names the members with the minimum and the maximum")
  func show() throws {
    let example = try AggregateExample(parts: .aggregates)
    example.passAgain()
    let text = AggregateText(
      outputs: AggregateOutput.allCases, ShowText(meanings: .builtIn, hidesZeros: false), width: 120
    )
    let rates = AggregateText(
      outputs: [.function(.maximum)], ShowText(meanings: .builtIn, showsRates: true), width: 120)
    expect(
      Array(
        (text.text(of: example.sampler, at: example.timestamp) + "\n"
          + rates.text(of: example.sampler, at: example.timestamp)).utf8), "functions-show.txt")
  }

  @Test("JSON has values and rates by statistic and function")
  func json() throws {
    let example = try AggregateExample(parts: .aggregates)
    example.passAgain()
    var json = AggregateJSON(
      outputs: AggregateOutput.allCases, meanings: .builtIn, showsRates: true)
    expect(json.line(of: example.sampler, at: example.timestamp), "functions.json")
  }

  @Test("CSV has a line for each statistic and function, and for each member of a list")
  func csv() throws {
    let example = try AggregateExample(parts: .aggregates)
    example.passAgain()
    var csv = AggregateCSV(outputs: AggregateOutput.allCases)
    let lines = csv.lines(of: example.sampler, at: example.timestamp)
    expect(CSV.header + lines, "functions.csv")
    let commas = lines.lines.dropLast().map { line in line.count { $0 == "," } }
    #expect(Set(commas) == [15])
  }

  @Test("Values by statistic have sources as columns, or as lines if they do not fit")
  func statisticsFirst() throws {
    let example = try AggregateExample()
    let wide = StatisticText(ShowText(meanings: .builtIn, hidesZeros: false), width: 120).text(
      of: example.sampler)
    let narrow = StatisticText(ShowText(meanings: .builtIn), width: 40).text(of: example.sampler)
    let json = StatisticJSON().line(of: example.sampler).text
    expect(Array((wide + "\n" + narrow + "\n" + json).utf8), "statistics-first.txt")
  }

  @Test(
    "An average is exact in the unit",
    arguments: [
      (Scale.one, Unit.none, "12.5", "12.5"), (.nano, .seconds, "0.0000000125", "12.5 ns"),
      (Scale(base: .two, exponent: 10), .bytes, "12800", "12.5 KiB"),
      (.one, .boolean, "12.5", "12.5"),
      (Scale(base: .two, exponent: -40), .seconds, "12.5", "12.5 * 2^-40 seconds"),
    ])
  func average(scale: Scale, unit: Unit, exact: String, text: String) {
    let statistic = Statistic("level", .instant, unit: unit, scale: scale)
    let number = AggregateNumber(raw: 12_500, places: 3)
    #expect(number.exact(of: statistic).description == exact)
    #expect(number.text(of: statistic) == text)
    #expect(AggregateNumber(raw: -3).text(of: Statistic("level", .instant)) == "-3")
  }
}
