import Statistics
import StatsTree

extension TreeConformance {
  /// The rules for features that were agreed for statsfs and never implemented.
  static var plannedRules: [Check] {
    [
      Check(61, .planned, "States aggregate to a histogram of their names and of other values") {
        stage in
        let records = try stage.records([.status])
        let parent = try stage.add()
        var family: Family?
        for number in [1, 1, 2, 1, 0, 9] as [Int64] {
          let token = try records.add(.init(["status": number]))
          family = try stage.attach(records, token, to: try stage.add(below: parent)).family
        }
        guard let family else { return }
        let aggregate = try stage.aggregate(family, by: [], over: parent)
        stage.sampler.pass()
        guard let entry = stage.entry(aggregate), let status = aggregate.schema["status"] else {
          return
        }
        stage.expect(status.states, is: ConformanceField.status.states, "the names")
        stage.expect(status.kind, is: .linearHistogram, "the kind")
        let counts = (0..<4).map { stage.sampler.value(status, of: entry, word: $0) }
        stage.expect(counts, is: [1, 3, 1, 1], "the counts")
      },
      Check(62, .planned, "Booleans aggregate to the counts of no and yes") { stage in
        let records = try stage.records([.bo])
        let parent = try stage.add()
        var family: Family?
        for number in [1, 0, 1] as [Int64] {
          let token = try records.add(.init(["bo": number]))
          family = try stage.attach(records, token, to: try stage.add(below: parent)).family
        }
        guard let family else { return }
        let aggregate = try stage.aggregate(family, by: [], over: parent)
        stage.sampler.pass()
        guard let entry = stage.entry(aggregate), let flag = aggregate.schema["bo"] else { return }
        stage.expect(flag.states, is: ["no", "yes"], "the names")
        let counts = (0..<2).map { stage.sampler.value(flag, of: entry, word: $0) }
        stage.expect(counts, is: [1, 2], "the counts")
      },
      Check(63, .planned, "A statistic can have several aggregates, in one group or in several") {
        stage in
        let records = try stage.records([.u8])
        let parent = try stage.add()
        var family: Family?
        for number in [0, 6, 250] as [Int64] {
          let token = try records.add(.init(["u8": number]))
          family = try stage.attach(records, token, to: try stage.add(below: parent)).family
        }
        guard let family else { return }
        let aggregate = try stage.aggregate(family, over: parent)
        let minimum = try stage.aggregate(family, by: [.minimum], as: "aggregate", over: parent)
        let maximum = try stage.aggregate(family, by: [.maximum], as: "maximum", over: parent)
        stage.sampler.pass()
        let expected: [(AggregateFunction, UInt64)] = [
          (.sum, 256), (.minimum, 0), (.maximum, 250), (.average, 85), (.countZero, 1),
        ]
        for (function, value) in expected {
          stage.expect(aggregate: .u8, function, of: aggregate, is: value)
        }
        stage.expect(aggregate: .u8, .minimum, of: minimum, is: 0)
        stage.expect(aggregate: .u8, .maximum, of: maximum, is: 250)
      },
      Check(64, .planned, "An aggregate lists its members, each with its value and source") {
        stage in
        let records = try stage.records([.u64])
        let parent = try stage.add()
        var groups: [Group] = []
        for number in 1...3 as ClosedRange<Int64> {
          let token = try records.add(.init(["u64": number]))
          groups.append(try stage.attach(records, token, to: try stage.add(below: parent)))
        }
        let aggregate = try stage.aggregate(groups[0].family, over: parent)
        stage.sampler.pass()
        stage.tree.remove(groups[1].source)
        stage.sampler.pass()
        guard let entry = stage.entry(aggregate) else { return }
        let members = stage.sampler.memberEntries(of: entry).sorted { $0.group.id < $1.group.id }
        stage.expect(members.map(\.source.path), is: ["s1/s2", "s1/s4"], "the members' paths")
        let values = members.map { member in
          records.statistic(.u64).flatMap { stage.sampler.value($0, of: member) }
        }
        stage.expect(values, is: [1, 3], "the members' values")
      },
      Check(
        65, .planned,
        "The generation grows with each change of members, and the tree lists the changes"
      ) { stage in
        let records = try stage.records([.u64])
        let start = stage.tree.generation
        stage.sampler.pass()
        stage.expect(stage.tree.generation, is: start, "the generation after a pass")
        stage.expect(stage.tree.changes(since: start)?.count, is: 0, "the number of changes")
        let source = try stage.add()
        let group = try stage.attach(records, try records.add(.a), to: source)
        stage.tree.detach(group)
        stage.tree.remove(source)
        let changes = stage.tree.changes(since: start) ?? []
        stage.expect(
          changes.map(\.kind), is: [.sourceJoined, .groupJoined, .groupLeft, .sourceLeft],
          "the changes")
        stage.expect(
          stage.tree.generation, is: start + UInt64(changes.count), "the generation after changes")
        stage.expect(changes.allSatisfy { $0.source === source }, "a change is another source's")
      },
      Check(
        67, .planned, "A statistic of all objects is a table with a row for each, as in metricfs"
      ) { stage in
        let records = try stage.records([.u64])
        let parent = try stage.add()
        var groups: [Group] = []
        for number in 1...3 as ClosedRange<Int64> {
          let child = try stage.tree.add(
            [String(number), "a/b"], of: KeyFields("port", "vlan"), below: parent)
          let token = try records.add(.init(["u64": number]))
          groups.append(try stage.attach(records, token, to: child))
        }
        let family = groups[0].family
        for name in ["all", "sum"] { try stage.aggregate(family, by: [], as: name, over: parent) }
        stage.sampler.pass()
        let rows = stage.tree.groups(of: family)
        stage.expect(rows.map(\.id), is: groups.map(\.id), "the rows")
        stage.expect(
          rows.map(\.source.keys),
          is: (1...3).map { ["port": "\($0)", "vlan": "a/b"] }, "the rows' keys")
        stage.expect(rows.map { stage.value(.u64, of: $0) }, is: [1, 2, 3], "the values")
        stage.expect(stage.tree.families.map(\.name), is: ["all"], "the families")
      },
    ]
  }
}
