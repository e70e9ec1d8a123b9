import Statistics
import StatsTree

extension TreeConformance {
  private static let fields: [ConformanceField] = [.s32, .bo, .u64, .u8, .s16]

  /// Both records of upstream's tests, folded as these do.
  private static let both = [
    FoldExpectation(.u64, .sum, 128), FoldExpectation(.s32, .minimum, Int64(Int32.min)),
    FoldExpectation(.bo, .countZero, 1), FoldExpectation(.u8, .average, 191),
    FoldExpectation(.s16, .maximum, 10_000),
  ]
  /// The second record alone.
  private static let second = [
    FoldExpectation(.u64, .sum, 64), FoldExpectation(.s32, .minimum, 32_767),
    FoldExpectation(.bo, .countZero, 1), FoldExpectation(.u8, .average, 255),
    FoldExpectation(.s16, .maximum, -20_000),
  ]

  /// The tests of statsfs on aggregates over several levels: 15 to 19.
  ///
  /// An average has decimals here, and the count of zeros of a boolean is that of its "no".
  static var foldTests: [Check] {
    [
      Check(15, .test, "An aggregate folds the records of two children, by five functions") {
        stage in
        let records = try stage.records(fields)
        let parent = try stage.add()
        var family: Family?
        for values in [ConformanceValues.a, .b] {
          let child = try stage.add(below: parent)
          family = try stage.attach(records, try records.add(values), to: child).family
        }
        guard let family else { return }
        let fold = try stage.aggregate(family, over: parent)
        stage.sampler.pass()
        stage.expect(fold, both, "both children")
        for entry in stage.entry(fold).map({ stage.sampler.memberEntries(of: $0) }) ?? [] {
          stage.expect(entry.group, fields, are: entry.source.name == "s2" ? .a : .b, "a child")
        }
      },
      Check(
        16, .test, "An aggregate looks down, never up or sideways: without members it has no data"
      ) { stage in
        let records = try stage.records(fields)
        let parent = try stage.add()
        let (first, last) = (try stage.add(below: parent), try stage.add(below: parent))
        let high = try stage.attach(records, try records.add(.a), to: parent)
        let low = try stage.attach(records, try records.add(.b), to: last)
        let fold = try stage.aggregate(high.family, over: first)
        stage.sampler.pass()
        stage.expect(high, fields, are: .a, "the parent")
        stage.expect(low, fields, are: .b, "the second child")
        let least = UInt64(bitPattern: Int64.min)
        let most = UInt64(bitPattern: Int64.max)
        stage.expect(
          fold,
          [
            FoldExpectation(.u64, .sum, nil, upstream: 0),
            FoldExpectation(.s32, .minimum, nil, upstream: most),
            FoldExpectation(.bo, .countZero, nil, upstream: 0),
            FoldExpectation(.u8, .average, nil, upstream: 0),
            FoldExpectation(.s16, .maximum, nil, upstream: least),
          ], "the first child")
      },
      Check(
        17, .test,
        "Another group with the same names is not mixed in; here all numbers of both are values"
      ) { stage in
        let (records, others) = (try stage.records(fields), try stage.records(fields.reversed()))
        let parent = try stage.add()
        let upper = try stage.add(below: parent)
        let lower = try stage.add(below: upper)
        let group = try stage.attach(records, try records.add(.a), to: upper)
        try stage.attach(others, try others.add(.a), as: "values", to: upper)
        try stage.attach(records, try records.add(.b), to: lower)
        try stage.attach(others, try others.add(.b), as: "values", to: lower)
        let fold = try stage.aggregate(group.family, over: parent)
        let count = 4 * records.schema.statistics.count
        stage.expect(stage.total(parent), is: [count, count], "the number of values")
        stage.sampler.pass()
        stage.expect(fold, both, "the groups of one array")
        stage.expect(stage.members(of: fold), is: 2, "the number of members")
      },
      Check(18, .test, "A level between without groups does not stop an aggregate") { stage in
        let records = try stage.records(fields)
        let parent = try stage.add()
        let lower = try stage.add(below: try stage.add(below: parent))
        let group = try stage.attach(records, try records.add(.b), to: lower)
        let fold = try stage.aggregate(group.family, over: parent)
        stage.sampler.pass()
        stage.expect(fold, second, "the lowest level")
      },
      Check(19, .test, "An aggregate between is not counted: what it folds is counted once") {
        stage in
        let records = try stage.records(fields)
        let parent = try stage.add()
        let upper = try stage.add(below: parent)
        let family = try stage.family(records)
        let folds = [
          try stage.aggregate(family, over: parent), try stage.aggregate(family, over: upper),
        ]
        for values in [ConformanceValues.b, .a] {
          try stage.attach(records, try records.add(values), to: try stage.add(below: upper))
        }
        stage.sampler.pass()
        for fold in folds {
          stage.expect(fold, both, fold.source.path)
          stage.expect(stage.members(of: fold), is: 2, "the number of members")
        }
      },
    ]
  }
}

extension RuleStage {
  /// The number of an aggregate's members in the last pass.
  func members(of fold: Group) -> Int? {
    entry(fold).flatMap { sampler.members(of: $0)?.count }
  }
}
