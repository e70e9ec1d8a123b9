import CBench
import Statistics

/// The aggregation of many records into one, against plain sums in C.
struct AggregationBenchmark {
  private static let members = 10_000
  private static let width = 60
  private static let rounds = 200

  private let statistics = (0..<width).map { Statistic("value\($0)", .cumulative) }
  /// Counts of the size that they have after some hours.
  private let words = (0..<members * width).map { UInt64($0) &* 0x9e37_79b9_7f4a_7c15 >> 30 }
  private let offsets = (0..<members).map { $0 * width }

  func run(_ report: inout Report) {
    let schema = Schema(packing: statistics)
    var sums = [UInt64](repeating: 0, count: Self.width)
    var natural = Aggregator(AggregateSchema(of: schema))
    var all = Aggregator(AggregateSchema(of: schema, by: AggregateFunction.allCases))
    var gaps = Aggregator(AggregateSchema(of: schema))
    var inactive = Aggregator(AggregateSchema(of: schema))
    var record = [UInt64](repeating: 0, count: all.definition.schema.wordCount)
    // Six statistics are inactive in all members, then all statistics.
    var gapped = words
    for index in gapped.indices where index % Self.width % 10 == 3 { gapped[index] = .max }
    let allInactive = [UInt64](repeating: .max, count: words.count)

    let series = interleaved(
      Self.rounds,
      [
        { unsafe bench_sum_sixty(&sums, words, Self.members) },
        { aggregate(words, &natural, &record) },
      ])
    report.add("plain sums in C", time(series[0]))
    report.add("aggregate, natural functions: sums", time(series[1]))
    let ratios = (series[1].minimum / series[0].minimum, series[1].median / series[0].median)
    report.add(
      "aggregate, natural functions / C: minima, medians", "\(fixed(ratios.0)), \(fixed(ratios.1))",
      bar: "<= 2.0", holds: max(ratios.0, ratios.1) <= 2)
    let others = interleaved(
      Self.rounds / 4,
      [
        { aggregate(words, &all, &record) },
        { aggregate(gapped, &gaps, &record) },
        { aggregate(allInactive, &inactive, &record) },
      ])
    report.add("aggregate, all five functions", time(others[0]))
    report.add("aggregate, natural functions, 6 statistics inactive", time(others[1]))
    report.add("aggregate, natural functions, all statistics inactive", time(others[2]))
  }

  /// Aggregates all members once.
  private func aggregate(
    _ words: [UInt64], _ aggregator: inout Aggregator, _ record: inout [UInt64]
  ) {
    aggregator.reset()
    aggregator.add(words.span, at: offsets.span)
    var span = record.mutableSpan
    aggregator.write(into: &span)
  }

  private func time(_ series: Series) -> String {
    "\(duration(series.minimum)), median \(duration(series.median))"
  }
}
