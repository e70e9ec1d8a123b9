import Statistics
import StatsTree

extension TreeConformance {
  /// The rules for hidden sources, which upstream (statsfs) does not test and implements wrongly.
  static var hidingRules: [Check] {
    [
      Check(27, .promise, "A hidden source is omitted from views but counts in aggregates") {
        stage in
        let records = try stage.records([.u64])
        let parent = try stage.add()
        let child = try stage.add(below: parent, isHidden: true)
        let group = try stage.attach(records, try records.add(.a), to: child)
        let open = try stage.attach(records, try records.add(.a), to: parent)
        let aggregate = try stage.aggregate(group.family, over: parent)
        stage.sampler.pass()
        stage.expect(stage.shown, is: [open.id, aggregate.id], "what is shown")
        stage.expect(aggregate: .u64, .sum, of: aggregate, is: 128)
        stage.expect(!stage.sampler.shows(child), "the sampler shows it")
        stage.expect(stage.tree.sources().count, is: 1, "the number of sources")
        let all = Sampler(stage.tree, Selection(includesHidden: true))
        all.pass()
        stage.expect(stage.value(.u64, of: group, all), is: 64, "u64 with hidden sources")
      },
      Check(
        28, .promise,
        "A hidden group is omitted from views, but its source is not; the group counts"
      ) { stage in
        let records = try stage.records([.u64])
        let source = try stage.add()
        let group = try stage.attach(records, try records.add(.a), to: source, isHidden: true)
        let aggregate = try stage.aggregate(group.family, over: source)
        let hidden = try stage.tree.aggregate(
          group.family, as: "hidden", over: source, isHidden: true)
        stage.sampler.pass()
        stage.expect(stage.shown, is: [aggregate.id], "what is shown")
        stage.expect(aggregate: .u64, .sum, of: aggregate, is: 64)
        stage.expect(stage.tree.sources().count, is: 1, "the number of sources")
        let all = Sampler(stage.tree, Selection(includesHidden: true))
        all.pass()
        let ids = all.plan.entries.map(\.group.id)
        stage.expect(ids, is: [group.id, aggregate.id, hidden.id], "what is there")
      },
      Check(
        47, .repair,
        "A hidden source hides all below it, added before or after; upstream does not"
      ) { stage in
        let records = try stage.records([.u64])
        let hidden = try stage.tree.makeSource("hidden", isHidden: true)
        let before = try stage.tree.makeSource("before")
        try stage.tree.add(before, below: hidden)
        try stage.attach(records, try records.add(.a), to: before)
        try stage.tree.add(hidden, below: stage.tree.root)
        stage.sampler.pass()
        stage.expect(stage.shown, is: [], "what is shown of what came before")
        let after = try stage.add(below: try stage.add(below: hidden))
        try stage.attach(records, try records.add(.a), to: after)
        stage.sampler.pass()
        stage.expect(stage.shown, is: [], "what is shown of what came after")
        stage.expect(stage.tree.root.children.map(\.name), is: ["hidden"], "what is at the root")
        stage.expect(stage.tree.sources().count, is: 0, "the number of sources")
        // At a place that is not below a hidden source, the source is visible.
        stage.tree.remove(before)
        try stage.tree.add(before, below: stage.tree.root)
        stage.sampler.pass()
        stage.expect(stage.shown.count, is: 1, "the number of groups that are shown")
      },
      Check(66, .planned, "A user sees own sources and those without an owner, also in aggregates")
      { stage in
        let records = try stage.records([.u64])
        let parent = try stage.add()
        let owners: [UInt32?] = [1000, 1001, nil]
        let groups = try owners.map { owner in
          let child = try stage.add(below: parent, owner: owner)
          // The sources below a source have the owner of that source.
          let lower = try stage.add(below: child)
          return try stage.attach(records, try records.add(.a), to: lower)
        }
        let aggregate = try stage.aggregate(groups[0].family, over: parent)
        let reader = Sampler(stage.tree, Selection(viewer: .user(1000)))
        for sampler in [stage.sampler, reader] { sampler.pass() }
        stage.expect(aggregate: .u64, .sum, of: aggregate, is: 192)
        let ids = reader.plan.entries.map(\.group.id)
        stage.expect(ids, is: [aggregate.id, groups[0].id, groups[2].id], "what the user sees")
        if let entry = stage.entry(aggregate, reader), let sum = aggregate.schema["u64"] {
          stage.expect(reader.value(sum, of: entry), is: 128, "the user's sum")
        }
        stage.expect(!reader.shows(groups[1].source), "the other's source is shown")
        stage.expect(
          stage.tree.sources(visibleTo: .user(1001)).contains { $0 === groups[0].source },
          is: false,
          "whether another sees it")
      },
    ]
  }
}

extension RuleStage {
  /// The IDs of the groups that the sampler shows.
  var shown: [UInt64] { sampler.plan.entries.map(\.group.id) }
}
