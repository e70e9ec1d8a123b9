import Statistics
import StatsTree

extension TreeConformance {
  private static let values: [ConformanceField] = [.u64, .s32, .bo, .u8, .s16]

  /// The tests of statsfs on the contents of a source: 1 to 4, and the test of labels from the
  /// fork.
  static var placeTests: [Check] {
    [
      Check(1, .test, "A new source has its name, no child and no statistic") { stage in
        let source = try stage.tree.add("kvm_\(123)")
        stage.expect(source.name, is: "kvm_123", "the name")
        stage.expect(source.path, is: "kvm_123", "the path")
        stage.expect(source.children.count, is: 0, "the number of children")
        stage.expect(source.groups.count, is: 0, "the number of groups")
      },
      Check(
        2, .test, "Only its parent lists a child and keeps it alive; the child adds no statistic"
      ) { stage in
        let parent = try stage.tree.add("parent")
        let stranger = try stage.tree.makeSource("stranger")
        // From here on, only the parent references the child.
        try stage.tree.add("child", below: parent)
        let child = parent.child("child")
        stage.expect(child != nil, "the child is not there")
        stage.expect(child?.parent === parent, "the child's parent is another")
        stage.expect(parent.children.count, is: 1, "the number of children")
        stage.expect(stranger.parent == nil, "a source without a place has a parent")
        stage.expect(parent.child("stranger") == nil, "a source without a place is a child")
        stage.expect(stage.total(parent), is: [0, 0], "the number of statistics")
      },
      Check(
        3, .test, "A group is attached once: attaching it again is an error and changes nothing"
      ) { stage in
        let records = try stage.records(values)
        let source = try stage.add()
        let token = try records.add(.a)
        try stage.attach(records, token, to: source)
        let all = records.schema.statistics.count
        stage.expect(stage.counts(source).values, is: all, "the number of values")
        stage.expect(.groupAttached(path: source.path, group: "all"), "the same group again") {
          () throws(TreeError) in try stage.attach(records, token, to: source)
        }
        stage.expect(stage.counts(source).values, is: all, "the number of values")
        stage.expect(stage.counts(source).aggregates, is: 0, "the number of aggregates")
      },
      Check(
        4, .test,
        "A source's values count in the sources above while, and as often as, it has a place"
      ) { stage in
        let records = try stage.records(values)
        let (parent, child) = (try stage.add(), try stage.tree.makeSource("child"))
        let sibling = try stage.tree.makeSource("sibling")
        let token = try records.add(.a)
        let all = records.schema.statistics.count
        for source in [child, sibling] { try stage.attach(records, token, to: source) }
        try stage.tree.add(child, below: parent)
        stage.expect(stage.counts(parent).values, is: 0, "the number of the parent's own values")
        stage.expect(stage.total(parent), is: [all, all], "the number with the child")
        stage.tree.remove(child)
        stage.expect(stage.total(parent), is: [0, 0], "the number without the child")
        try stage.tree.add(child, below: parent)
        stage.expect(stage.total(parent), is: [all, all], "the number with the child again")
        try stage.tree.add(sibling, below: parent)
        stage.expect(stage.total(parent), is: [2 * all, 2 * all], "the number with both")
        stage.sampler.pass()
        for source in [child, sibling] {
          stage.expect(stage.search("u64", in: source), is: stage.keeps(.u64) ? 64 : nil, "u64")
        }
      },
      Check(20, .test, "Labels are found from a source upwards, including labels added later") {
        stage in
        let root = try stage.tree.add("root", labels: ["parent_dir": "parent"])
        let child = try stage.tree.add("child", below: root)
        let grandchild = try stage.tree.add("grandchild", below: child, labels: ["leaf": "1"])
        child.labels = ["middle": "2"]
        var labels: [[String: String]] = []
        var source: Source? = grandchild
        while let this = source, this !== stage.tree.root {
          labels.append(this.labels)
          source = this.parent
        }
        stage.expect(
          labels, is: [["leaf": "1"], ["middle": "2"], ["parent_dir": "parent"]], "the labels")
      },
    ]
  }

  /// The tests of statsfs on finding values by name: 5 to 7.
  static var valueTests: [Check] {
    [
      Check(5, .test, "A value is found by its name, with its sign; an unknown name is not found") {
        stage in
        let records = try stage.records(values)
        let source = try stage.add()
        let group = try stage.attach(records, try records.add(.a), to: source)
        stage.sampler.pass()
        stage.expect(group, values, are: .a, "the record")
        for field in values where stage.keeps(field) {
          stage.expect(
            stage.search(field.name, in: source), is: ConformanceValues.a[field.name], field.name)
        }
        stage.expect(stage.search("does not exist", in: source), is: nil, "an unknown name")
      },
      Check(6, .test, "A value belongs to its own source: the parent has none of that name") {
        stage in
        let records = try stage.records(values)
        let parent = try stage.add()
        let child = try stage.add(below: parent)
        try stage.attach(records, try records.add(.a), to: child)
        stage.sampler.pass()
        for field in values where stage.keeps(field) {
          let expected = ConformanceValues.a[field.name]
          stage.expect(stage.search(field.name, in: child), is: expected, field.name)
          stage.expect(stage.search(field.name, in: parent), is: nil, "\(field.name) above")
        }
      },
      Check(7, .test, "No name is found in a source without groups") { stage in
        let records = try stage.records(values)
        let (full, empty) = (try stage.add(), try stage.add())
        try stage.attach(records, try records.add(.a), to: full)
        stage.sampler.pass()
        for field in values {
          stage.expect(stage.search(field.name, in: empty), is: nil, field.name)
        }
        stage.expect(stage.total(empty), is: [0, 0], "the number of values")
      },
      Check(12, .test, "If a group has a name twice, the first one is found; both are values here")
      { stage in
        let second = ConformanceField("s32 again", .s32, .instant)
        guard stage.keeps(.s32) else {
          throw RuleStage.SkipError(reason: "the source cannot keep s32")
        }
        let records = try stage.twice(.s32, second)
        let source = try stage.add()
        let token = try records.add(.a)
        let group = try stage.attach(records, token, as: "same", to: source)
        stage.expect(stage.counts(source).values, is: 2, "the number of values")
        stage.expect(.groupAttached(path: source.path, group: "same"), "the same group again") {
          () throws(TreeError) in try stage.attach(records, token, as: "same", to: source)
        }
        stage.sampler.pass()
        let first = UInt64(bitPattern: Int64(Int32.min))
        stage.expect(stage.search("s32", in: source), is: first, "s32")
        let entry = stage.entry(group)
        let words = entry.map { entry in
          group.schema.statistics.map { stage.sampler.value($0, of: entry) }
        }
        stage.expect(words ?? [], is: [first, 0], "the two of the name")
      },
      Check(14, .test, "Groups with the same names in parent and child each read their own record")
      { stage in
        let (records, few) = (try stage.records(values), try stage.records([.s32, .bo, .u64]))
        let parent = try stage.add()
        let child = try stage.add(below: parent)
        let low = try stage.attach(records, try records.add(.a), as: "values", to: child)
        let high = try stage.attach(few, try few.add(.a), as: "few", to: parent)
        stage.sampler.pass()
        stage.expect(low, values, are: .a, "the child")
        stage.expect(high, [.s32, .bo, .u64], are: .a, "the parent")
        for source in [parent, child] {
          stage.expect(stage.search("does not exist", in: source), is: nil, "an unknown name")
        }
        stage.expect(stage.search("u8", in: parent), is: nil, "the child's u8 in the parent")
      },
    ]
  }
}

extension RuleStage {
  /// Creates records with two fields that have the same name.
  func twice(_ field: ConformanceField, _ other: ConformanceField) throws -> RuleRecords {
    try records(exactly: [field, other], named: [field.name, field.name])
  }
}
