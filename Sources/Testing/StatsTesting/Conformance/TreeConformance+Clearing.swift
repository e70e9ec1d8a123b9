import Statistics
import StatsTree

extension TreeConformance {
  private static let fields: [ConformanceField] = [.u64, .level]
  private static let full = ConformanceValues(["u64": 100, "level": 7])

  /// The rules for clearing statistics, which upstream (statsfs) does not test.
  static var clearRules: [Check] {
    [
      Check(21, .promise, "A count is cleared at its source for all readers; nothing else changes")
      { stage in
        let (records, count) = try stage.clearable(fields)
        let (one, other) = (try stage.add(), try stage.add())
        let group = try stage.attach(records, try records.add(full), to: one)
        let neighbour = try stage.attach(records, try records.add(full), to: other)
        let reader = Sampler(stage.tree)
        stage.sampler.pass()
        stage.expect(stage.clear(count, of: group), is: .cleared, "the answer")
        stage.sampler.pass()
        reader.pass()
        for sampler in [stage.sampler, reader] {
          stage.expect(stage.value(.u64, of: group, sampler), is: 0, "u64")
        }
        stage.expect(group, [.level], are: full, "the cleared record")
        stage.expect(neighbour, fields, are: full, "the record beside it")
      },
      Check(22, .promise, "An aggregate is cleared at each of its members, also at lower levels") {
        stage in
        let (records, _) = try stage.clearable(fields)
        let (parent, stranger) = (try stage.add(), try stage.add())
        let child = try stage.add(below: parent)
        let groups = try [parent, child, try stage.add(below: child)].map {
          try stage.attach(records, try records.add(full), to: $0)
        }
        let beside = try stage.attach(records, try records.add(full), to: stranger)
        let aggregate = try stage.aggregate(beside.family, by: [.sum], over: parent)
        stage.sampler.pass()
        stage.expect(aggregate: .u64, .sum, of: aggregate, is: 300)
        guard let sum = aggregate.schema["u64"] else { return }
        stage.expect(stage.clear(sum, of: aggregate), is: .cleared, "the answer")
        stage.sampler.pass()
        stage.expect(aggregate: .u64, .sum, of: aggregate, is: 0)
        for group in groups {
          stage.expect(stage.value(.u64, of: group), is: 0, "u64 of \(group.source.path)")
          stage.expect(group, [.level], are: full, "a member")
        }
        stage.expect(beside, fields, are: full, "what is no member")
      },
      Check(
        23, .promise, "A level cannot be cleared: the call is not permitted and changes nothing"
      ) { stage in
        let records = try stage.records([.level])
        let group = try stage.attach(records, try records.add(full), to: try stage.add())
        let aggregate = try stage.aggregate(group.family, by: [.sum], over: group.source)
        stage.sampler.pass()
        guard let level = records.statistic(.level), let sum = aggregate.schema["level"] else {
          return
        }
        stage.expect(stage.clear(level, of: group), is: .notPermitted, "the answer")
        stage.expect(stage.clear(sum, of: aggregate), is: .notPermitted, "the aggregate's answer")
        let given = records.backing.clear(group.token, level)
        stage.expect(given, is: .notPermitted, "the backing's answer")
        stage.sampler.pass()
        stage.expect(group, [.level], are: full, "the record")
      },
      Check(24, .promise, "If a source cannot clear, the call is not permitted and changes nothing")
      { stage in
        let records = try stage.records([.u64])
        guard !records.isClearable else {
          throw RuleStage.SkipError(reason: "the source's records can be cleared")
        }
        let group = try stage.attach(records, try records.add(full), to: try stage.add())
        let aggregate = try stage.aggregate(group.family, by: [.sum], over: group.source)
        stage.sampler.pass()
        guard let count = records.statistic(.u64), let sum = aggregate.schema["u64"] else { return }
        stage.expect(stage.clear(count, of: group), is: .notPermitted, "the answer")
        stage.expect(stage.clear(sum, of: aggregate), is: .notPermitted, "the aggregate's answer")
        stage.sampler.pass()
        stage.expect(group, [.u64], are: full, "the record")
      },
      Check(25, .promise, "Unlike upstream, a reader can clear for itself without effect on others")
      { stage in
        let records = try stage.records(fields)
        let token = try records.add(full)
        let group = try stage.attach(records, token, to: try stage.add())
        let reader = Sampler(stage.tree)
        for sampler in [stage.sampler, reader] { sampler.pass() }
        guard let entry = stage.entry(group) else { return }
        stage.sampler.clear(entry)
        stage.expect(group, fields, are: .init(["u64": 0, "level": 7]), "the reader's record")
        try records.set(token, .init(["u64": 130, "level": 8]))
        for sampler in [stage.sampler, reader] { sampler.pass() }
        stage.expect(group, fields, are: .init(["u64": 30, "level": 8]), "the reader's record")
        if stage.keeps(.u64) {
          stage.expect(stage.value(.u64, of: group, reader), is: 130, "the other's u64")
        }
        if let level = records.statistic(.level) {
          stage.expect(stage.sampler.clear(level, of: entry), is: .notPermitted, "of a level")
        }
      },
      Check(26, .promise, "A reader's own baseline ends permanently when the count is reset") {
        stage in
        let records = try stage.records([.u64])
        let token = try records.add(full)
        let group = try stage.attach(records, token, to: try stage.add())
        stage.sampler.pass()
        stage.entry(group).map { stage.sampler.clear($0) }
        for count in [5, 150] as [Int64] {
          try records.set(token, .init(["u64": count]))
          stage.sampler.pass()
          stage.expect(stage.value(.u64, of: group), is: UInt64(count), "u64")
        }
      },
    ]
  }
}

extension RuleStage {
  /// Creates records whose counts can be cleared.
  ///
  /// - Returns: The records, and the statistic of their count `u64`.
  func clearable(_ fields: [ConformanceField]) throws -> (RuleRecords, Statistic) {
    let records = try records(fields)
    guard records.isClearable, let count = records.statistic(.u64) else {
      throw SkipError(reason: "the source's records cannot be cleared")
    }
    return (records, count)
  }

  /// Sets a statistic of a group to zero at its source, for all readers.
  func clear(_ statistic: Statistic, of group: Group) -> Clearing? {
    entry(group).map { sampler.clearAtSource(statistic, of: $0) }
  }

  func expect(
    aggregate field: ConformanceField, _ function: AggregateFunction, of group: Group,
    is value: UInt64?
  ) {
    guard keeps(field) else { return }
    expect(
      aggregateValue(field, function, of: group), is: value,
      "\(function.rawValue) of \(field.name) of \(group.source.path)")
  }
}
