import Statistics
import StatsTree

extension TreeConformance {
  /// The rules for arithmetic at the limits of values, which upstream (statsfs) does not test.
  static var extremeRules: [Check] {
    [
      Check(32, .promise, "The minimum of no unsigned values is missing; upstream has 2^64 - 1") {
        stage in
        let family = try stage.family(try stage.records([.u8, .u64]))
        let aggregate = try stage.aggregate(family, over: try stage.add())
        stage.sampler.pass()
        stage.expect(
          aggregate,
          [
            AggregateExpectation(.u8, .minimum, nil, upstream: .max),
            AggregateExpectation(.u64, .minimum, nil, upstream: .max),
            AggregateExpectation(.u64, .maximum, nil, upstream: 0),
          ], "nothing")
      },
      Check(33, .promise, "A negative average is rounded towards zero; here in thousandths") {
        stage in
        let records = try stage.records([.s16])
        let parent = try stage.add()
        var family: Family?
        for number in [-7, 2, 3] as [Int64] {
          let token = try records.add(.init(["s16": number]))
          family = try stage.attach(records, token, to: try stage.add(below: parent)).family
        }
        guard let family else { return }
        let aggregate = try stage.aggregate(family, by: [.average], over: parent)
        stage.sampler.pass()
        stage.expect(aggregate, [AggregateExpectation(.s16, .average, 0)], "-2 by 3")
        let exact = stage.entry(aggregate).flatMap { entry in
          stage.sampler.value(aggregate.schema.statistics[0], of: entry)
        }
        stage.expect(exact, is: UInt64(bitPattern: -666), "the average in thousandths")
      },
      Check(34, .promise, "A sum that overflows stops at the last valid value; upstream wraps") {
        stage in
        let records = try stage.records([.u64, .s64])
        let parent = try stage.add()
        var family: Family?
        for _ in 0..<2 {
          let token = try records.add(.init(["u64": -2, "s64": .min + 1]))
          family = try stage.attach(records, token, to: try stage.add(below: parent)).family
        }
        guard let family else { return }
        let aggregate = try stage.aggregate(family, over: parent)
        stage.sampler.pass()
        stage.expect(
          aggregate,
          [
            AggregateExpectation(.u64, .sum, -2, upstream: UInt64(bitPattern: -4)),
            AggregateExpectation(.s64, .sum, .min + 1, upstream: 2),
          ], "two great numbers")
      },
      Check(48, .repair, "Members are counted in 64 bits, and sums exceed 32 bits") { stage in
        var members = Members()
        members.count = 1 << 32 + 1
        stage.expect(members.count > 1 << 32, "2^32 + 1 members are \(members.count)")
        let records = try stage.records([.u64])
        let parent = try stage.add()
        var family: Family?
        for _ in 0..<3 {
          let token = try records.add(.init(["u64": 0xffff_ffff]))
          family = try stage.attach(records, token, to: try stage.add(below: parent)).family
        }
        guard let family else { return }
        let aggregate = try stage.aggregate(family, over: parent)
        stage.sampler.pass()
        stage.expect(
          aggregate,
          [
            AggregateExpectation(.u64, .sum, 3 * 0xffff_ffff),
            AggregateExpectation(.u64, .average, 0xffff_ffff),
          ], "three numbers of 32 bits")
      },
      Check(49, .repair, "Missing data is a separate state; upstream's extremes remain available") {
        stage in
        let records = try stage.records([.s32, .u8])
        let source = try stage.add()
        let aggregate = try stage.aggregate(try stage.family(records), over: source)
        let minimum = UInt64(bitPattern: Int64.min)
        let maximum = UInt64(bitPattern: Int64.max)
        let none = [
          AggregateExpectation(.s32, .minimum, nil, upstream: maximum),
          AggregateExpectation(.s32, .maximum, nil, upstream: minimum),
          AggregateExpectation(.s32, .average, nil, upstream: 0),
          AggregateExpectation(.u8, .countZero, nil, upstream: 0),
        ]
        stage.sampler.pass()
        stage.expect(aggregate, none, "nothing")
        // A value that equals the limit of its type is an ordinary value, not "no data".
        let token = try records.add(.init(["s32": Int64(Int32.min), "u8": 0]))
        let group = try stage.attach(records, token, to: source)
        stage.sampler.pass()
        stage.expect(
          aggregate,
          [
            AggregateExpectation(.s32, .minimum, Int64(Int32.min)),
            AggregateExpectation(.u8, .countZero, 1),
          ], "one")
        stage.tree.detach(group)
        stage.sampler.pass()
        stage.expect(aggregate, none, "nothing again")
      },
    ]
  }
}
