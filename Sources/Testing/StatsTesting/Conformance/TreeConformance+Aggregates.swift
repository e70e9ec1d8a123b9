import Statistics
import StatsTree

extension TreeConformance {
  private static let values: [ConformanceField] = [.u64, .s32, .bo, .u8, .s16]
  private static let few: [ConformanceField] = [.s32, .bo, .u64]

  /// The expected values of an aggregate without members.
  private static let nothing = [
    AggregateExpectation(.u64, .sum, nil, upstream: 0),
    AggregateExpectation(.s32, .minimum, nil, upstream: UInt64(bitPattern: Int64.max)),
    AggregateExpectation(.bo, .maximum, nil, upstream: 0),
  ]

  /// The tests of statsfs on aggregates of one source: 8 to 11 and 13.
  static var aggregateTests: [Check] {
    [
      Check(8, .test, "An aggregate is attached once, is no value, and may precede its members") {
        stage in
        let records = try stage.records(few)
        let family = try stage.family(records)
        let source = try stage.add()
        try stage.aggregate(family, over: source)
        stage.expect(stage.counts(source).values, is: 0, "the number of values")
        let count = records.schema.statistics.count
        stage.expect(stage.counts(source).aggregates, is: count, "the number of aggregates")
        stage.expect(.groupAttached(path: source.path, group: "aggregate"), "the same again") {
          () throws(TreeError) in try stage.aggregate(family, over: source)
        }
        stage.expect(stage.counts(source).aggregates, is: count, "the number of aggregates")
      },
      Check(9, .test, "Aggregates are never counted among the values of the sources above") {
        stage in
        let family = try stage.family(try stage.records(few))
        let parent = try stage.add()
        let (child, sibling) = (
          try stage.tree.makeSource("child"), try stage.tree.makeSource("sibling")
        )
        for source in [child, sibling] { try stage.aggregate(family, over: source) }
        try stage.tree.add(child, below: parent)
        stage.expect(stage.total(parent), is: [0, 0], "the number of values")
        stage.tree.remove(child)
        stage.expect(stage.total(parent), is: [0, 0], "the number without the child")
        for source in [child, sibling] { try stage.tree.add(source, below: parent) }
        stage.expect(stage.total(parent), is: [0, 0], "the number with both")
        for source in [child, sibling] {
          stage.expect(
            stage.counts(source).aggregates, is: family.schema.statistics.count, "the aggregates")
        }
      },
      Check(
        10, .test,
        "An aggregate without members has no data, here a separate state; other names are not found"
      ) { stage in
        let records = try stage.records(few)
        let source = try stage.add()
        let aggregate = try stage.aggregate(try stage.family(records), over: source)
        stage.sampler.pass()
        stage.expect(aggregate, nothing, "nothing")
        stage.expect(aggregate.schema["does not exist"] == nil, "an unknown name is found")
        stage.expect(
          aggregate.backing !== records.backing, "an aggregate is a group of the records")
        stage.expect(stage.search("u64", in: source), is: nil, "a value in place of an aggregate")
      },
      Check(11, .test, "An aggregate belongs to its own source: the parent has none of that name") {
        stage in
        let parent = try stage.add()
        let child = try stage.add(below: parent)
        let aggregate = try stage.aggregate(try stage.family(try stage.records(few)), over: child)
        stage.sampler.pass()
        stage.expect(aggregate, nothing, "nothing")
        let above = stage.sampler.plan.entries.filter { $0.source === parent }
        stage.expect(above.count, is: 0, "the number of groups above")
      },
      Check(13, .test, "A source can have both values and aggregates") { stage in
        let records = try stage.records(values)
        let family = try stage.family(try stage.records(few), as: "few")
        let source = try stage.add()
        let token = try records.add(.a)
        for isSecond in [false, true] {
          if isSecond {
            stage.expect(
              .groupAttached(path: source.path, group: "aggregate"), "the aggregate again"
            ) {
              () throws(TreeError) in try stage.aggregate(family, over: source)
            }
            stage.expect(.groupAttached(path: source.path, group: "all"), "the group again") {
              () throws(TreeError) in try stage.attach(records, token, to: source)
            }
          } else {
            try stage.aggregate(family, over: source)
            try stage.attach(records, token, to: source)
          }
          let counts = stage.counts(source)
          stage.expect(counts.values, is: records.schema.statistics.count, "the values")
          stage.expect(counts.aggregates, is: family.schema.statistics.count, "the aggregates")
        }
      },
    ]
  }
}

extension RuleStage {
  /// Adds an aggregate over a source, with every function by default.
  @discardableResult
  func aggregate(
    _ family: Family, by functions: [AggregateFunction] = AggregateFunction.allCases,
    as name: String = "aggregate", over source: Source
  ) throws(TreeError) -> Group {
    try tree.aggregate(family, by: functions, as: name, over: source)
  }
}
