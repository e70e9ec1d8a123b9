import Statistics
import Testing

/// The results of statsfs, taken from its tests and documentation.
@Suite struct AggregatorUpstreamTests {
  private static let statistics = [
    Statistic("u64", .cumulative), Statistic("s32", .instant, isSigned: true),
    Statistic("bo", .instant, unit: .boolean), Statistic("u8", .instant),
    Statistic("s16", .instant, isSigned: true),
  ]
  private static let one = [64] + words(Int64(Int32.min)) + [1, 127] + words(10_000)
  private static let other = [64] + words(32_767) + [0, 255] + words(-20_000)

  private func aggregator(_ records: [[UInt64]]) -> Aggregator {
    var aggregator = Aggregator(
      AggregateSchema(of: Schema(packing: Self.statistics), by: AggregateFunction.allCases))
    aggregator.reset()
    aggregator.add(records)
    return aggregator
  }

  @Test("Two members have the values of the statsfs tests", arguments: [false, true])
  func two(isReversed: Bool) {
    let aggregator = aggregator(isReversed ? [Self.other, Self.one] : [Self.one, Self.other])
    let values = [
      aggregator.upstreamValue(of: 0, .sum), aggregator.upstreamValue(of: 1, .minimum),
      aggregator.upstreamValue(of: 2, .countZero), aggregator.upstreamValue(of: 3, .average),
      aggregator.upstreamValue(of: 4, .maximum), aggregator.upstreamValue(of: 2, .maximum),
    ]
    #expect(values == [128] + words(Int64(Int32.min)) + [1, 191] + words(10_000) + [1])
  }

  @Test("One member has the values of the statsfs tests")
  func one() {
    let aggregator = aggregator([Self.other])
    let values = [
      aggregator.upstreamValue(of: 0, .sum), aggregator.upstreamValue(of: 1, .minimum),
      aggregator.upstreamValue(of: 2, .countZero), aggregator.upstreamValue(of: 3, .average),
      aggregator.upstreamValue(of: 4, .maximum),
    ]
    #expect(values == [64, 32_767, 1, 255] + words(-20_000))
  }

  @Test(
    "Without a value, sums are 0 and minimum and maximum are the limits of the type",
    arguments: [0, 1, 2])
  func nothing(inactive: Int) {
    let record = Self.statistics.map { $0.isSigned ? Inactive.signed : Inactive.unsigned }
    let aggregator = aggregator(Array(repeating: record, count: inactive))
    for index in [0, 2, 3] {
      let values = AggregateFunction.allCases.map { aggregator.upstreamValue(of: index, $0) }
      #expect(values == [0, .max, 0, 0, 0])
    }
    for index in [1, 4] {
      let values = AggregateFunction.allCases.map { aggregator.upstreamValue(of: index, $0) }
      #expect(values == [0] + words(.max, .min) + [0, 0])
    }
  }

  @Test(
    "Sums wrap, and averages are computed from the wrapped sum",
    arguments: [
      ([-2, 3], false, 1, 0), ([1 << 63, 1 << 63, 9], false, 9, 3),
      ([-7, 2], true, -5, -2), ([.max, .max], true, -2, -1), ([-7, .min, 2], true, -5, -2),
    ] as [([Int64], Bool, Int64, Int64)])
  func wrapping(values: [Int64], isSigned: Bool, sum: Int64, average: Int64) {
    let schema = Schema(packing: [Statistic("a", .instant, isSigned: isSigned)])
    var aggregator = Aggregator(AggregateSchema(of: schema))
    aggregator.add(values.map { words($0) })
    let results = [
      aggregator.upstreamValue(of: 0, .sum), aggregator.upstreamValue(of: 0, .average),
    ]
    #expect(results == words(sum, average))
  }

  @Test("A boolean has all functions, with the values 0 and 1, without a request")
  func booleans() {
    var aggregator = Aggregator(
      AggregateSchema(of: Schema(packing: [Statistic("on", .instant, unit: .boolean)])))
    aggregator.add([[0], [7], [1], [.max]])
    let values = AggregateFunction.allCases.map { aggregator.upstreamValue(of: 0, $0) }
    #expect(values == [2, 0, 1, 0, 1])
    aggregator.reset()
    aggregator.add([[7], [9]])
    let ones = AggregateFunction.allCases.map { aggregator.upstreamValue(of: 0, $0) }
    #expect(ones == [2, 1, 1, 1, 0])
  }

  @Test("The schema reports the available functions")
  func presence() {
    let statistics = [
      Statistic("a", .cumulative), Statistic("p", .peak), Statistic("h", .logHistogram, size: 2),
      Statistic("s", .state), Statistic("b", .peak, unit: .boolean), Statistic("u", .unknown(9)),
    ]
    let natural = AggregateSchema(of: Schema(packing: statistics))
    let present = statistics.indices.map { index in
      AggregateFunction.allCases.filter { natural.hasUpstreamValue(of: index, $0) }
    }
    let all = AggregateFunction.allCases
    #expect(
      present == [[.sum, .average], [.sum, .maximum, .average], [], [], all, [.maximum]])
    let asked = AggregateSchema(of: Schema(packing: statistics), by: all)
    #expect(all.allSatisfy { asked.hasUpstreamValue(of: 0, $0) })
    #expect(!asked.hasUpstreamValue(of: 5, .sum))
    #expect(asked.hasUpstreamValue(of: 5, .minimum))
  }

  @Test("A function that is not available traps")
  func absence() async {
    await #expect(processExitsWith: .failure) {
      let aggregator = Aggregator(
        AggregateSchema(of: Schema(packing: [Statistic("a", .cumulative)])))
      _ = aggregator.upstreamValue(of: 0, .minimum)
    }
  }
}
