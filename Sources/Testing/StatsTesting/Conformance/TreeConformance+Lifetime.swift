import Statistics
import StatsTree

extension TreeConformance {
  private static let fields: [ConformanceField] = [.u64, .s32, .level]
  private static let full = ConformanceValues(["u64": 100, "s32": -5, "level": 7])

  /// The rules for the values of records that have ended and of sources that were removed.
  static var lifetimeRules: [Check] {
    [
      Check(
        35, .promise, "A reader's entry of a removed source is gone and never becomes another's"
      ) { stage in
        let records = try stage.records(fields)
        let source = try stage.add()
        let groups = try [source, try stage.add(below: source)].map {
          try stage.attach(records, try records.add(full), to: $0)
        }
        stage.sampler.pass()
        let entries = groups.compactMap { stage.entry($0) }
        stage.tree.remove(source)
        stage.expect(entries.map(\.source.path), is: ["s1", "s1/s2"], "the paths")
        for round in 0..<3 {
          if round == 1 {
            try stage.attach(records, try records.add(full), to: try stage.add())
          }
          stage.sampler.pass()
          for entry in entries {
            stage.expect(stage.sampler.status(of: entry), is: .gone, "the status")
            for statistic in records.schema.statistics {
              stage.expect(stage.sampler.value(statistic, of: entry), is: nil, statistic.name)
            }
          }
        }
      },
      Check(
        41, .repair,
        "An ended record is gone: no zero, no extreme, and no part of the levels above"
      ) { stage in
        let records = try stage.records(fields)
        let parent = try stage.add()
        let child = try stage.add(below: parent)
        let below = try stage.add(below: child)
        let group = try stage.attach(records, try records.add(full), to: child)
        let other = try stage.attach(records, try records.add(full), to: below)
        let aggregate = try stage.aggregate(group.family, over: parent)
        stage.sampler.pass()
        stage.expect(aggregate: .level, .sum, of: aggregate, is: 14)
        try records.end(group.token)
        for _ in 0..<3 {
          stage.sampler.pass()
          guard let entry = stage.entry(group) else { continue }
          stage.expect(stage.sampler.status(of: entry), is: .gone, "the status")
          for statistic in records.schema.statistics {
            stage.expect(stage.sampler.value(statistic, of: entry), is: nil, statistic.name)
          }
          stage.expect(other, fields, are: full, "the record below it")
          stage.expect(aggregate: .level, .sum, of: aggregate, is: 7)
          stage.expect(aggregate: .s32, .minimum, of: aggregate, is: full["s32"])
          stage.expect(aggregate: .u64, .sum, of: aggregate, is: 200)
        }
      },
      Check(42, .repair, "After a record ended, its source accepts another record and an aggregate")
      { stage in
        let records = try stage.records(fields)
        let source = try stage.add()
        let group = try stage.attach(records, try records.add(full), to: source)
        stage.sampler.pass()
        try records.end(group.token)
        stage.sampler.pass()
        let next = ConformanceValues(["u64": 3, "s32": 4, "level": 5])
        let later = try stage.attach(records, try records.add(next), to: source)
        let aggregate = try stage.aggregate(group.family, by: [.maximum], over: source)
        stage.sampler.pass()
        stage.expect(later, fields, are: next, "the record that came later")
        stage.expect(group, fields, have: nil, "the ended record")
        stage.expect(aggregate: .level, .maximum, of: aggregate, is: 5)
        stage.tree.detach(group)
        stage.tree.detach(later)
        let last = try stage.attach(records, try records.add(full), to: source)
        stage.sampler.pass()
        stage.expect(last, fields, are: full, "the last record")
        stage.expect(aggregate: .level, .maximum, of: aggregate, is: 7)
      },
      Check(50, .repair, "A source that is removed and added again is counted once") { stage in
        let records = try stage.records(fields)
        let parent = try stage.add()
        let child = try stage.add(below: parent)
        let token = try records.add(full)
        let group = try stage.attach(records, token, to: child)
        let aggregate = try stage.aggregate(group.family, over: parent)
        for round in 1...4 as ClosedRange<Int64> {
          stage.sampler.pass()
          stage.expect(group, fields, are: .init(full, u64: 100 * round), "the source")
          stage.expect(aggregate: .u64, .sum, of: aggregate, is: UInt64(100 * round))
          stage.tree.remove(child)
          if round.isMultiple(of: 2) {
            stage.sampler.pass()
            stage.expect(aggregate: .u64, .sum, of: aggregate, is: UInt64(100 * round))
          }
          try stage.tree.add(child, below: parent)
          try records.set(token, .init(full, u64: 100 * (round + 1)))
        }
      },
    ]
  }
}

extension ConformanceValues {
  /// Copies all values except the count `u64`, which gets another value.
  init(_ values: Self, u64: Int64) {
    self = values
    words["u64"] = UInt64(bitPattern: u64)
  }
}

extension RuleStage {
  /// Reports a violation if a field of the group has another value; `nil` means no value.
  func expect(_ group: Group, _ fields: [ConformanceField], have value: UInt64?, _ what: String) {
    for field in fields where keeps(field) {
      expect(self.value(field, of: group), is: value, "\(field.name) of \(what)")
    }
  }
}
