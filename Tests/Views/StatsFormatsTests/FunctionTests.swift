import Statistics
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

  @Test("Watch folds the members' rates, not the growth of what was folded")
  func watch() throws {
    let example = try AggregateExample(parts: .aggregates)
    example.passAgain()
    var table = AggregateTable(statistics: statistics, functions: AggregateFunction.allCases)
    let result = table.result(of: example.sampler, at: example.moment)
    let lists = table.lists(of: example.sampler, width: 100)
    expect(result.table.rendering().bytes + [0x0a] + lists.text, "functions-watch.txt")
    #expect(result.notes == [.pending])
  }

  @Test("Members in trouble are told apart, and those that wait have no rate")
  func troubles() throws {
    let example = try AggregateExample(parts: .aggregates)
    example.passWithTroubles()
    var table = AggregateTable(
      statistics: ["exits", "halt_wait_ns"], functions: [.sum, .maximum, .average, .countZero])
    let text = table.result(of: example.sampler, at: example.moment).table.rendering().text
    expect(Array(text.utf8), "functions-troubles.txt")
  }

  @Test("The greatest rate is that of the member that grew most, not of the greatest count")
  func greatestRate() throws {
    let example = try AggregateExample(parts: .aggregates)
    example.numbers.records[0]?.words[0] = 1_000_000
    example.sampler.pass()
    for vcpu in 0..<4 {
      let window = Window(begin: 2_000_000_000, end: 2_000_000_000)
      example.numbers.records[vcpu]?.window = window
      example.numbers.records[vcpu]?.words[0] += vcpu == 2 ? 50 : 1
    }
    example.sampler.pass()
    let text = AggregateText(functions: [.maximum], ShowText(showsRates: true), width: 100)
      .text(of: example.sampler, at: example.moment)
    let line = text.split(separator: "\n").first { $0.contains("exits") }
    #expect(line?.contains("50/s") == true, "\(text)")
    #expect(line?.contains("kvm/web1/vcpu2") == true, "\(text)")
  }

  @Test("A row limit leaves out whole sources")
  func rows() throws {
    let example = try AggregateExample(parts: .aggregates)
    var table = AggregateTable(statistics: ["exits"], functions: [.sum, .maximum])
    let result = table.result(of: example.sampler, at: example.moment, rowLimit: 1)
    #expect(result.table.rowCount == 2)
    #expect(result.leftOutCount == 0)
  }

  @Test("Show has values and says whose the least and the greatest are")
  func show() throws {
    let example = try AggregateExample(parts: .aggregates)
    example.passAgain()
    let text = AggregateText(
      functions: AggregateFunction.allCases, ShowText(hidesZeros: false), width: 120)
    let rates = AggregateText(functions: [.maximum], ShowText(showsRates: true), width: 120)
    expect(
      Array(
        (text.text(of: example.sampler, at: example.moment) + "\n"
          + rates.text(of: example.sampler, at: example.moment)).utf8), "functions-show.txt")
  }

  @Test("JSON has values and rates by statistic and function")
  func json() throws {
    let example = try AggregateExample(parts: .aggregates)
    example.passAgain()
    var json = AggregateJSON(functions: AggregateFunction.allCases, showsRates: true)
    expect(json.line(of: example.sampler, at: example.moment), "functions.json")
  }

  @Test("CSV has a line for each statistic and function, and for each member of a list")
  func csv() throws {
    let example = try AggregateExample(parts: .aggregates)
    example.passAgain()
    var csv = AggregateCSV(functions: AggregateFunction.allCases)
    let lines = csv.lines(of: example.sampler, at: example.moment)
    expect(CSV.header + lines, "functions.csv")
    let commas = lines.lines.dropLast().map { line in line.count { $0 == "," } }
    #expect(Set(commas) == [15])
  }

  @Test("Statistics first: sources side by side, or turned round where they do not fit")
  func statisticsFirst() throws {
    let example = try AggregateExample()
    let wide = StatisticText(ShowText(hidesZeros: false), width: 120).text(of: example.sampler)
    let narrow = StatisticText(ShowText(), width: 40).text(of: example.sampler)
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
