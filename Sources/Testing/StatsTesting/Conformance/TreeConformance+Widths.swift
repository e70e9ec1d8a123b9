import Statistics
import StatsTree

extension TreeConformance {
  /// The rules for values of every width.
  ///
  /// Upstream (statsfs) tests five of the widths.
  static var widthRules: [Check] {
    [
      Check(29, .promise, "Unsigned values of 8, 16, 32 and 64 bits keep all their bits") { stage in
        let fields: [ConformanceField] = [.u8, .u16, .u32, .u64]
        try check(
          fields,
          [
            .init(["u8": 0x80, "u16": 0x8001, "u32": 0x8000_0001, "u64": .min + 1]),
            .init(["u8": 0xff, "u16": 0xffff, "u32": 0xffff_ffff, "u64": -2]),
            .init(["u8": 0x7f, "u16": 0x7fff, "u32": 0x7fff_ffff, "u64": .max]),
            .init(["u8": 1, "u16": 0x102, "u32": 0x102_0304, "u64": 0x102_0304_0506_0708]),
          ], on: stage)
      },
      Check(30, .promise, "Signed values of 8, 16, 32 and 64 bits keep their sign") { stage in
        let fields: [ConformanceField] = [.s8, .s16, .s32, .s64]
        try check(
          fields,
          [
            .init(["s8": -128, "s16": -32_768, "s32": Int64(Int32.min), "s64": .min + 1]),
            .init(["s8": -1, "s16": -1, "s32": -1, "s64": -1]),
            .init(["s8": 127, "s16": 32_767, "s32": Int64(Int32.max), "s64": .max]),
            .init(["s8": -2, "s16": -300, "s32": -70_000, "s64": -5_000_000_000]),
          ], on: stage)
      },
      Check(31, .promise, "A boolean is 0 or 1 and has the unit of a boolean") { stage in
        try check([.bo], [.init(["bo": 1]), .init(["bo": 0])], on: stage)
      },
      Check(36, .promise, "Names of any length are complete; upstream truncates them to 99 bytes") {
        stage in
        let name = String(repeating: "long name ", count: 30) + "é"
        let field = ConformanceField(name, .u64, .cumulative)
        let path = String(repeating: "x", count: 1000)
        let source = try stage.tree.add(path)
        guard stage.keeps(.u64) else {
          throw RuleStage.SkipError(reason: "the source cannot keep u64")
        }
        let records = try stage.records(exactly: [.u64], named: [name])
        let group = try stage.attach(records, try records.add(.a), as: name, to: source)
        stage.sampler.pass()
        stage.expect(stage.tree.find(path) === source, "the source is not found by its name")
        stage.expect(group.name, is: name, "the group's name")
        stage.expect(stage.value(field, of: group), is: 64, "the value")
      },
      Check(38, .promise, "Each record has its own values, which every pass reads again") { stage in
        let records = try stage.records([.u64, .level])
        var groups: [Group] = []
        for number in 0..<20 as Range<Int64> {
          let token = try records.add(.init(["u64": number, "level": 1000 - number]))
          groups.append(try stage.attach(records, token, to: try stage.add()))
        }
        for round in 0..<3 as Range<Int64> {
          for (number, group) in zip(Int64(0)..., groups) {
            let values = ConformanceValues(["u64": 100 * round + number, "level": number + round])
            try records.set(group.token, values)
          }
          stage.sampler.pass()
          for (number, group) in zip(Int64(0)..., groups) {
            let values = ConformanceValues(["u64": 100 * round + number, "level": number + round])
            stage.expect(group, [.u64, .level], are: values, "record \(number) in round \(round)")
          }
        }
      },
    ]
  }

  /// Checks that the backing reads each record as the record was written.
  private static func check(
    _ fields: [ConformanceField], _ values: [ConformanceValues], on stage: RuleStage
  ) throws {
    let records = try stage.records(fields)
    let groups = try values.map {
      try stage.attach(records, try records.add($0), to: try stage.add())
    }
    stage.sampler.pass()
    for (group, values) in zip(groups, values) {
      stage.expect(group, fields, are: values, group.source.path)
    }
    // The records swap their values, because a value must not depend on the position of its record.
    for (group, values) in zip(groups, values.reversed()) { try records.set(group.token, values) }
    stage.sampler.pass()
    for (group, values) in zip(groups, values.reversed()) {
      stage.expect(group, fields, are: values, "\(group.source.path) later")
    }
  }
}
