import CAllocations
import Statistics
import Testing

@Suite struct FoldTotalsTests {
  private let statistics = [
    Statistic("exits", .cumulative), Statistic("level", .instant),
    Statistic("h", .logHistogram, size: 2), Statistic("delta", .cumulative, isSigned: true),
    Statistic("top", .peak), Statistic("run", .state, states: ["x"]),
  ]
  private var schema: Schema { Schema(packing: statistics) }

  @Test("A member that left keeps its totals, and only these")
  func retained() {
    var fold = Fold(AggregateSchema(of: schema))
    fold.retain(([100, 7, 3, 4] + words(-5) + [9, 0]).span)
    fold.begin()
    let alone = fold.written()
    #expect(alone == [100, .max, 3, 4] + words(-5) + [.max, .max, .max])
    fold.add([[1, 2, 3, 4] + words(5) + [6, 7]])
    let both = fold.written()
    #expect(both == [101, 2, 6, 8, 0, 6, 0, 1])
    let count = fold.retainedCount
    #expect(count == 1)
    let active = fold.activeCount(of: 0)
    #expect(active == 1)
  }

  @Test("Retained totals can be shown apart, with a reason to show none")
  func apart() {
    var fold = Fold(AggregateSchema(of: schema))
    let before = fold.retained(0, word: 0)
    #expect(before == nil)
    fold.retain(([.max - 1, 7, 3, .max] + words(.min) + [9, 0]).span)
    fold.retain(([.max - 1, 7, 4, .max] + words(-2) + [9, 0]).span)
    let totals = [
      fold.retained(0, word: 0), fold.retained(2, word: 0), fold.retained(3, word: 0),
    ]
    #expect(totals == [.max - 1, 7, UInt64(bitPattern: -2)])
    let absent = [
      fold.retained(1, word: 0), fold.retained(2, word: 1), fold.retained(2, word: 2),
      fold.retained(2, word: -1), fold.retained(4, word: 0), fold.retained(5, word: 0),
    ]
    #expect(absent == Array(repeating: nil, count: 6))
    let count = fold.retainedCount
    #expect(count == 2)
  }

  @Test("What is released was never retained")
  func released() {
    var fold = Fold(AggregateSchema(of: schema))
    let (one, other) = (
      [.max - 1, 7, 3, .max] + words(-5) + [9, 0], [4, 7, 3, 4] + words(2) + [9, 0]
    )
    fold.retain(one.span)
    fold.retain(other.span)
    fold.release(one.span)
    let (alone, count) = (fold.written(), fold.retainedCount)
    #expect(alone == [4, .max, 3, 4] + words(2) + [.max, .max, .max])
    #expect(count == 1)
    fold.release(other.span)
    let none = (0..<5).map { fold.retained($0, word: 0) }
    #expect(none == [nil, nil, nil, nil, nil])
  }

  @Test("The totals of a member are taken out of a record, and nothing else")
  func removeTotals() {
    let form = AggregateSchema(of: schema)
    var record = [10, 20, .max, 30] + words(.min + 2) + [60, 70, 80]
    var span = record.mutableSpan
    form.removeTotals(of: ([5, 6, 7, .max] + words(9) + [10, 0]).span, from: &span)
    #expect(record == [5, 20, .max, 30] + words(.min + 1) + [60, 70, 80])
    span = record.mutableSpan
    form.removeTotals(of: ([7, 6, 7, 1] + words(-2) + [10, 0]).span, from: &span)
    #expect(record == [0, 20, .max, 29] + words(.min + 3) + [60, 70, 80])
  }

  @Test("Only sums have what is retained, not averages or extremes")
  func functions() {
    let schema = Schema(packing: [Statistic("exits", .cumulative)])
    var fold = Fold(AggregateSchema(of: schema, by: FoldFunction.allCases))
    fold.retain([1000].span)
    let alone = fold.written()
    #expect(alone == [1000, .max, .max, .max, .max])
    fold.add([[1], [2]])
    let both = fold.written()
    #expect(both == [1003, 1, 2, 1500, 0])
    let upstream = fold.upstreamValue(of: 0, .sum)
    #expect(upstream == 3)
  }

  @Test("The totals of a member are added to a record, and nothing else")
  func addTotals() {
    let form = AggregateSchema(of: schema)
    var record = [10, 20, .max, 30] + words(.min + 2) + [60, 70, 80]
    var span = record.mutableSpan
    form.addTotals(of: ([5, 6, 7, .max] + words(-9) + [10, 0]).span, to: &span)
    #expect(record == [15, 20, 7, 30] + words(.min + 1) + [60, 70, 80])
    span = record.mutableSpan
    form.addTotals(of: ([.max - 5, 6, .max - 2, 0] + words(.min) + [10, 0]).span, to: &span)
    #expect(record == [.max - 1, 20, .max - 1, 30] + words(.min + 1) + [60, 70, 80])
  }

  @Test("With all functions only the plain sum is a total")
  func addTotalsOfAll() {
    let form = AggregateSchema(
      of: Schema(packing: [Statistic("exits", .cumulative), Statistic("level", .instant)]),
      by: FoldFunction.allCases)
    var record = Array<UInt64>(repeating: 1, count: form.schema.wordCount)
    var span = record.mutableSpan
    form.addTotals(of: [5, 6].span, to: &span)
    #expect(record == [6] + Array(repeating: 1, count: 9))
  }

  @Test(
    "After the fold is made, a pass allocates nothing",
    .enabled(if: allocations_are_counted(), "a sanitizer has malloc"),
    arguments: [[], FoldFunction.allCases])
  func allocations(functions: [FoldFunction]) {
    let more = statistics + [Statistic("on", .instant, unit: .boolean)]
    var fold = Fold(AggregateSchema(of: Schema(packing: more), by: functions))
    let record = [1, 2, 3, .max] + words(.min) + [6, 7, 1]
    let members = Members(Array(repeating: record, count: 300))
    var result = [UInt64](repeating: 0, count: fold.form.schema.wordCount)
    for pass in 0..<3 {
      if pass == 1 { allocations_reset() }
      fold.begin()
      fold.retain(record.span)
      fold.add(members.words.span, at: members.offsets.span)
      var span = result.mutableSpan
      fold.write(into: &span)
      fold.form.addTotals(of: record.span, to: &span)
      _ = fold.activeCount(of: 0)
      _ = fold.retained(0, word: 0)
    }
    let count = allocations_count()
    #expect(count == 0)
    #expect(result[0] == 304)
  }
}
