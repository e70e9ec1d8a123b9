import Statistics
import StatsTree

extension TreeConformance {
  private static let fields: [ConformanceField] = [.s32, .bo, .u64, .u8, .s16]

  /// The expected aggregates of both records that upstream's (statsfs) tests use.
  private static let both = [
    AggregateExpectation(.u64, .sum, 128), AggregateExpectation(.s32, .minimum, Int64(Int32.min)),
    AggregateExpectation(.bo, .countZero, 1), AggregateExpectation(.u8, .average, 191),
    AggregateExpectation(.s16, .maximum, 10_000),
  ]
  /// The expected aggregates if only the second record is a member.
  private static let second = [
    AggregateExpectation(.u64, .sum, 64), AggregateExpectation(.s32, .minimum, 32_767),
    AggregateExpectation(.bo, .countZero, 1), AggregateExpectation(.u8, .average, 255),
    AggregateExpectation(.s16, .maximum, -20_000),
  ]

  /// The tests of statsfs on aggregates over several levels of sources: 15 to 19.
  ///
  /// In contrast to statsfs, an average has decimals. For a boolean, the number of zeros is the
  /// number of "no" values.
  static var levelTests: [Check] {
    [
      Check(15, .test, "An aggregate combines the records of two children, by five functions") {
        stage in
        let records = try stage.records(fields)
        let parent = try stage.add()
        var family: Family?
        for values in [ConformanceValues.a, .b] {
          let child = try stage.add(below: parent)
          family = try stage.attach(records, try records.add(values), to: child).family
        }
        guard let family else { return }
        let aggregate = try stage.aggregate(family, over: parent)
        stage.sampler.pass()
        stage.expect(aggregate, both, "both children")
        for entry in stage.entry(aggregate).map({ stage.sampler.memberEntries(of: $0) }) ?? [] {
          stage.expect(entry.group, fields, are: entry.source.name == "s2" ? .a : .b, "a child")
        }
      },
      Check(
        16, .test,
        "An aggregate counts no sources above or beside it; without members it has no data"
      ) { stage in
        let records = try stage.records(fields)
        let parent = try stage.add()
        let (first, last) = (try stage.add(below: parent), try stage.add(below: parent))
        let high = try stage.attach(records, try records.add(.a), to: parent)
        let low = try stage.attach(records, try records.add(.b), to: last)
        let aggregate = try stage.aggregate(high.family, over: first)
        stage.sampler.pass()
        stage.expect(high, fields, are: .a, "the parent")
        stage.expect(low, fields, are: .b, "the second child")
        let minimum = UInt64(bitPattern: Int64.min)
        let maximum = UInt64(bitPattern: Int64.max)
        stage.expect(
          aggregate,
          [
            AggregateExpectation(.u64, .sum, nil, upstream: 0),
            AggregateExpectation(.s32, .minimum, nil, upstream: maximum),
            AggregateExpectation(.bo, .countZero, nil, upstream: 0),
            AggregateExpectation(.u8, .average, nil, upstream: 0),
            AggregateExpectation(.s16, .maximum, nil, upstream: minimum),
          ], "the first child")
      },
      Check(
        17, .test,
        "Another group with the same names is not included; here both groups have values"
      ) { stage in
        let (records, others) = (try stage.records(fields), try stage.records(fields.reversed()))
        let parent = try stage.add()
        let upper = try stage.add(below: parent)
        let lower = try stage.add(below: upper)
        let group = try stage.attach(records, try records.add(.a), to: upper)
        try stage.attach(others, try others.add(.a), as: "values", to: upper)
        try stage.attach(records, try records.add(.b), to: lower)
        try stage.attach(others, try others.add(.b), as: "values", to: lower)
        let aggregate = try stage.aggregate(group.family, over: parent)
        let count = 4 * records.schema.statistics.count
        stage.expect(stage.total(parent), is: [count, count], "the number of values")
        stage.sampler.pass()
        stage.expect(aggregate, both, "the groups of one array")
        stage.expect(stage.members(of: aggregate), is: 2, "the number of members")
      },
      Check(18, .test, "A level without groups does not interrupt an aggregate") { stage in
        let records = try stage.records(fields)
        let parent = try stage.add()
        let lower = try stage.add(below: try stage.add(below: parent))
        let group = try stage.attach(records, try records.add(.b), to: lower)
        let aggregate = try stage.aggregate(group.family, over: parent)
        stage.sampler.pass()
        stage.expect(aggregate, second, "the lowest level")
      },
      Check(19, .test, "An aggregate in between is not counted; its members are counted once") {
        stage in
        let records = try stage.records(fields)
        let parent = try stage.add()
        let upper = try stage.add(below: parent)
        let family = try stage.family(records)
        let aggregates = [
          try stage.aggregate(family, over: parent), try stage.aggregate(family, over: upper),
        ]
        for values in [ConformanceValues.b, .a] {
          try stage.attach(records, try records.add(values), to: try stage.add(below: upper))
        }
        stage.sampler.pass()
        for aggregate in aggregates {
          stage.expect(aggregate, both, aggregate.source.path)
          stage.expect(stage.members(of: aggregate), is: 2, "the number of members")
        }
      },
    ]
  }
}

extension RuleStage {
  /// Returns the number of members that an aggregate had in the last pass (sampling of all groups).
  func members(of aggregate: Group) -> Int? {
    entry(aggregate).flatMap { sampler.members(of: $0)?.count }
  }
}
