import CAllocations
import Statistics
import Testing

@Suite struct AggregatorTotalsTests {
  private let statistics = [
    Statistic("exits", .cumulative), Statistic("level", .instant),
    Statistic("h", .logHistogram, size: 2), Statistic("delta", .cumulative, isSigned: true),
    Statistic("top", .peak), Statistic("run", .state, states: ["x"]),
  ]
  private var schema: Schema { Schema(packing: statistics) }

  @Test("A former member keeps only its totals")
  func retained() {
    var aggregator = Aggregator(AggregateSchema(of: schema))
    aggregator.retain(([100, 7, 3, 4] + words(-5) + [9, 0]).span)
    aggregator.reset()
    let alone = aggregator.written()
    #expect(alone == [100, .max, 3, 4] + words(-5) + [.max, .max, .max])
    aggregator.add([[1, 2, 3, 4] + words(5) + [6, 7]])
    let both = aggregator.written()
    #expect(both == [101, 2, 6, 8, 0, 6, 0, 1])
    let count = aggregator.retainedCount
    #expect(count == 1)
    let active = aggregator.activeCount(of: 0)
    #expect(active == 1)
  }

  @Test("Retained totals are available separately")
  func apart() {
    var aggregator = Aggregator(AggregateSchema(of: schema))
    let before = aggregator.retained(0, word: 0)
    #expect(before == nil)
    aggregator.retain(([.max - 1, 7, 3, .max] + words(.min) + [9, 0]).span)
    aggregator.retain(([.max - 1, 7, 4, .max] + words(-2) + [9, 0]).span)
    let totals = [
      aggregator.retained(0, word: 0), aggregator.retained(2, word: 0),
      aggregator.retained(3, word: 0),
    ]
    #expect(totals == [.max - 1, 7, UInt64(bitPattern: -2)])
    let absent = [
      aggregator.retained(1, word: 0), aggregator.retained(2, word: 1),
      aggregator.retained(2, word: 2),
      aggregator.retained(2, word: -1), aggregator.retained(4, word: 0),
      aggregator.retained(5, word: 0),
    ]
    #expect(absent == Array(repeating: nil, count: 6))
    let count = aggregator.retainedCount
    #expect(count == 2)
  }

  @Test("A release undoes a retain")
  func released() {
    var aggregator = Aggregator(AggregateSchema(of: schema))
    let (one, other) = (
      [.max - 1, 7, 3, .max] + words(-5) + [9, 0], [4, 7, 3, 4] + words(2) + [9, 0]
    )
    aggregator.retain(one.span)
    aggregator.retain(other.span)
    aggregator.release(one.span)
    let (alone, count) = (aggregator.written(), aggregator.retainedCount)
    #expect(alone == [4, .max, 3, 4] + words(2) + [.max, .max, .max])
    #expect(count == 1)
    aggregator.release(other.span)
    let none = (0..<5).map { aggregator.retained($0, word: 0) }
    #expect(none == [nil, nil, nil, nil, nil])
  }

  @Test("Only the totals of a member are subtracted from a record")
  func removeTotals() {
    let definition = AggregateSchema(of: schema)
    var record = [10, 20, .max, 30] + words(.min + 2) + [60, 70, 80]
    var span = record.mutableSpan
    definition.removeTotals(of: ([5, 6, 7, .max] + words(9) + [10, 0]).span, from: &span)
    #expect(record == [5, 20, .max, 30] + words(.min + 1) + [60, 70, 80])
    span = record.mutableSpan
    definition.removeTotals(of: ([7, 6, 7, 1] + words(-2) + [10, 0]).span, from: &span)
    #expect(record == [0, 20, .max, 29] + words(.min + 3) + [60, 70, 80])
  }

  @Test("Only sums include retained totals")
  func functions() {
    let schema = Schema(packing: [Statistic("exits", .cumulative)])
    var aggregator = Aggregator(AggregateSchema(of: schema, by: AggregateFunction.allCases))
    aggregator.retain([1000].span)
    let alone = aggregator.written()
    #expect(alone == [1000, .max, .max, .max, .max])
    aggregator.add([[1], [2]])
    let both = aggregator.written()
    #expect(both == [1003, 1, 2, 1500, 0])
    let upstream = aggregator.upstreamValue(of: 0, .sum)
    #expect(upstream == 3)
  }

  @Test("Only the totals of a member are added to a record")
  func addTotals() {
    let definition = AggregateSchema(of: schema)
    var record = [10, 20, .max, 30] + words(.min + 2) + [60, 70, 80]
    var span = record.mutableSpan
    definition.addTotals(of: ([5, 6, 7, .max] + words(-9) + [10, 0]).span, to: &span)
    #expect(record == [15, 20, 7, 30] + words(.min + 1) + [60, 70, 80])
    span = record.mutableSpan
    definition.addTotals(of: ([.max - 5, 6, .max - 2, 0] + words(.min) + [10, 0]).span, to: &span)
    #expect(record == [.max - 1, 20, .max - 1, 30] + words(.min + 1) + [60, 70, 80])
  }

  @Test("Only the sum is a total if all functions are requested")
  func addTotalsOfAll() {
    let definition = AggregateSchema(
      of: Schema(packing: [Statistic("exits", .cumulative), Statistic("level", .instant)]),
      by: AggregateFunction.allCases)
    var record = Array<UInt64>(repeating: 1, count: definition.schema.wordCount)
    var span = record.mutableSpan
    definition.addTotals(of: [5, 6].span, to: &span)
    #expect(record == [6] + Array(repeating: 1, count: 9))
  }

  @Test(
    "A pass does not allocate",
    .enabled(if: allocations_are_counted(), "a sanitizer replaces malloc"),
    arguments: [[], AggregateFunction.allCases])
  func allocations(functions: [AggregateFunction]) {
    let more = statistics + [Statistic("on", .instant, unit: .boolean)]
    var aggregator = Aggregator(AggregateSchema(of: Schema(packing: more), by: functions))
    let record = [1, 2, 3, .max] + words(.min) + [6, 7, 1]
    let members = MemberRecords(Array(repeating: record, count: 300))
    var result = [UInt64](repeating: 0, count: aggregator.definition.schema.wordCount)
    for pass in 0..<3 {
      if pass == 1 { allocations_reset() }
      aggregator.reset()
      aggregator.retain(record.span)
      aggregator.add(members.words.span, at: members.offsets.span)
      var span = result.mutableSpan
      aggregator.write(into: &span)
      aggregator.definition.addTotals(of: record.span, to: &span)
      _ = aggregator.activeCount(of: 0)
      _ = aggregator.retained(0, word: 0)
    }
    let count = allocations_count()
    #expect(count == 0)
    #expect(result[0] == 304)
  }
}
