import Statistics
import Testing

/// What statsfs has, by its tests and its rules.
@Suite struct FoldUpstreamTests {
  private static let statistics = [
    Statistic("u64", .cumulative), Statistic("s32", .instant, isSigned: true),
    Statistic("bo", .instant, unit: .boolean), Statistic("u8", .instant),
    Statistic("s16", .instant, isSigned: true),
  ]
  private static let one = [64] + words(Int64(Int32.min)) + [1, 127] + words(10_000)
  private static let other = [64] + words(32_767) + [0, 255] + words(-20_000)

  private func fold(_ records: [[UInt64]]) -> Fold {
    var fold = Fold(
      AggregateSchema(of: Schema(packing: Self.statistics), by: FoldFunction.allCases))
    fold.begin()
    fold.add(records)
    return fold
  }

  @Test("Two members", arguments: [false, true])
  func two(isReversed: Bool) {
    let fold = fold(isReversed ? [Self.other, Self.one] : [Self.one, Self.other])
    let values = [
      fold.upstreamValue(of: 0, .sum), fold.upstreamValue(of: 1, .minimum),
      fold.upstreamValue(of: 2, .countZero), fold.upstreamValue(of: 3, .average),
      fold.upstreamValue(of: 4, .maximum), fold.upstreamValue(of: 2, .maximum),
    ]
    #expect(values == [128] + words(Int64(Int32.min)) + [1, 191] + words(10_000) + [1])
  }

  @Test("One member")
  func one() {
    let fold = fold([Self.other])
    let values = [
      fold.upstreamValue(of: 0, .sum), fold.upstreamValue(of: 1, .minimum),
      fold.upstreamValue(of: 2, .countZero), fold.upstreamValue(of: 3, .average),
      fold.upstreamValue(of: 4, .maximum),
    ]
    #expect(values == [64, 32_767, 1, 255] + words(-20_000))
  }

  @Test("Without a value, sums are 0 and extremes those of their type", arguments: [0, 1, 2])
  func nothing(inactive: Int) {
    let record = Self.statistics.map { $0.isSigned ? Inactive.signed : Inactive.unsigned }
    let fold = fold(Array(repeating: record, count: inactive))
    for index in [0, 2, 3] {
      let values = FoldFunction.allCases.map { fold.upstreamValue(of: index, $0) }
      #expect(values == [0, .max, 0, 0, 0])
    }
    for index in [1, 4] {
      let values = FoldFunction.allCases.map { fold.upstreamValue(of: index, $0) }
      #expect(values == [0] + words(.max, .min) + [0, 0])
    }
  }

  @Test(
    "Sums wrap, and averages are of the wrapped sum",
    arguments: [
      ([-2, 3], false, 1, 0), ([1 << 63, 1 << 63, 9], false, 9, 3),
      ([-7, 2], true, -5, -2), ([.max, .max], true, -2, -1), ([-7, .min, 2], true, -5, -2),
    ] as [([Int64], Bool, Int64, Int64)])
  func wrapping(values: [Int64], isSigned: Bool, sum: Int64, average: Int64) {
    let schema = Schema(packing: [Statistic("a", .instant, isSigned: isSigned)])
    var fold = Fold(AggregateSchema(of: schema))
    fold.add(values.map { words($0) })
    let results = [fold.upstreamValue(of: 0, .sum), fold.upstreamValue(of: 0, .average)]
    #expect(results == words(sum, average))
  }

  @Test("A boolean has all of them, as 0 and 1, without being asked")
  func booleans() {
    var fold = Fold(
      AggregateSchema(of: Schema(packing: [Statistic("on", .instant, unit: .boolean)])))
    fold.add([[0], [7], [1], [.max]])
    let values = FoldFunction.allCases.map { fold.upstreamValue(of: 0, $0) }
    #expect(values == [2, 0, 1, 0, 1])
    fold.begin()
    fold.add([[7], [9]])
    let ones = FoldFunction.allCases.map { fold.upstreamValue(of: 0, $0) }
    #expect(ones == [2, 1, 1, 1, 0])
  }

  @Test("The form says what there is")
  func presence() {
    let statistics = [
      Statistic("a", .cumulative), Statistic("p", .peak), Statistic("h", .logHistogram, size: 2),
      Statistic("s", .state), Statistic("b", .peak, unit: .boolean), Statistic("u", .unknown(9)),
    ]
    let natural = AggregateSchema(of: Schema(packing: statistics))
    let present = statistics.indices.map { index in
      FoldFunction.allCases.filter { natural.hasUpstreamValue(of: index, $0) }
    }
    let all = FoldFunction.allCases
    #expect(
      present == [[.sum, .average], [.sum, .maximum, .average], [], [], all, [.maximum]])
    let asked = AggregateSchema(of: Schema(packing: statistics), by: all)
    #expect(all.allSatisfy { asked.hasUpstreamValue(of: 0, $0) })
    #expect(!asked.hasUpstreamValue(of: 5, .sum))
    #expect(asked.hasUpstreamValue(of: 5, .minimum))
  }

  @Test("What there is not traps")
  func absence() async {
    await #expect(processExitsWith: .failure) {
      let fold = Fold(AggregateSchema(of: Schema(packing: [Statistic("a", .cumulative)])))
      _ = fold.upstreamValue(of: 0, .minimum)
    }
  }
}
