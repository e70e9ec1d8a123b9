import Statistics
import StatsTree

extension TreeConformance {
  /// The rules for sums over members that join and leave.
  static var totalRules: [Check] {
    [
      Check(
        39, .promise,
        "An aggregate with the name of its members counts neither itself nor other aggregates"
      ) { stage in
        let records = try stage.records([.u64])
        let parent = try stage.add()
        let child = try stage.add(below: parent)
        let group = try stage.attach(records, try records.add(.a), to: child)
        stage.sampler.pass()
        let aggregates = try [parent, child].map {
          try stage.aggregate(group.family, by: [], as: "all", over: $0)
        }
        for _ in 0..<3 {
          stage.sampler.pass()
          for aggregate in aggregates {
            stage.expect(aggregate: .u64, .sum, of: aggregate, is: 64)
            stage.expect(stage.members(of: aggregate), is: 1, "the number of members")
          }
        }
      },
      Check(
        40, .promise,
        "Sources, groups and aggregates can be added in any order, also between passes"
      ) { stage in
        let records = try stage.records([.u64])
        let family = try stage.family(records)
        let top = try stage.add()
        let all = try stage.aggregate(family, by: [.sum], as: "top", over: top)
        stage.sampler.pass()
        let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 1, 3], [1, 3, 0, 2], [2, 0, 3, 1]]
        for (number, order) in orders.enumerated() {
          let parent = try stage.tree.makeSource("parent \(number)")
          let child = try stage.tree.makeSource("child")
          var own: Group?
          for step in order {
            switch step {
            case 0: try stage.tree.add(parent, below: top)
            case 1: try stage.attach(records, try records.add(.a), to: child)
            case 2: own = try stage.aggregate(family, by: [.sum], over: parent)
            default: try stage.tree.add(child, below: parent)
            }
          }
          try stage.attach(records, try records.add(.a), to: child)
          stage.sampler.pass()
          guard let own else { continue }
          stage.expect(aggregate: .u64, .sum, of: own, is: 128)
          stage.expect(aggregate: .u64, .sum, of: all, is: UInt64(128 * (number + 1)))
        }
      },
      Check(
        43, .repair,
        "A sum of counts does not fall when a member leaves; its part is reported"
      ) { stage in
        let records = try stage.records([.u64, .level])
        let parent = try stage.add()
        var groups: [Group] = []
        for number in 1...3 as ClosedRange<Int64> {
          let token = try records.add(.init(["u64": 100 * number, "level": number]))
          groups.append(try stage.attach(records, token, to: try stage.add(below: parent)))
        }
        let aggregate = try stage.aggregate(groups[0].family, over: parent)
        stage.sampler.pass()
        stage.expect(aggregate: .u64, .sum, of: aggregate, is: 600)
        stage.expect(stage.retained(of: aggregate), is: nil, "what departed members left")
        let left: [UInt64] = [200, 500, 600]
        for (step, index) in [1, 2, 0].enumerated() {
          if step == 0 {
            stage.tree.remove(groups[index].source)
          } else {
            stage.tree.detach(groups[index])
          }
          stage.sampler.pass()
          stage.expect(aggregate: .u64, .sum, of: aggregate, is: 600)
          stage.expect(aggregate: .level, .sum, of: aggregate, is: [4, 1, nil][step])
          if stage.keeps(.u64) {
            stage.expect(
              stage.retained(of: aggregate), is: left[step], "what departed members left")
          }
          stage.expect(aggregate: .u64, .maximum, of: aggregate, is: [300, 100, nil][step])
        }
        let departed = stage.entry(aggregate).flatMap {
          stage.sampler.members(of: $0)?.departedCount
        }
        stage.expect(departed, is: 3, "the number of departed members")
      },
      Check(44, .repair, "What a member counted before it joined is in the sum but is not growth") {
        stage in
        let records = try stage.records([.u64])
        let parent = try stage.add()
        let token = try records.add(.init(["u64": 10]))
        let group = try stage.attach(records, token, to: try stage.add(below: parent))
        let aggregate = try stage.aggregate(group.family, by: [.sum], over: parent)
        stage.sampler.pass()
        for round in 1...3 as ClosedRange<Int64> {
          let big = try records.add(.init(["u64": 1_000_000 * round]))
          try stage.attach(records, big, to: try stage.add(below: parent))
          try records.set(token, .init(["u64": 10 + round]))
          stage.sampler.pass()
          guard let entry = stage.entry(aggregate), let sum = aggregate.schema["u64"] else {
            return
          }
          let total = UInt64(10 + round + 500_000 * round * (round + 1))
          stage.expect(aggregate: .u64, .sum, of: aggregate, is: total)
          stage.expect(stage.sampler.delta(sum, of: entry), is: .increase(1), "the growth")
        }
      },
      Check(
        51, .repair, "A sum of counts continues when members end, leave and join between two passes"
      ) { stage in
        let records = try stage.records([.u64])
        let parent = try stage.add()
        let family = try stage.family(records)
        let aggregate = try stage.aggregate(family, by: [.sum], over: parent)
        let token = try records.add(.init(["u64": 0]))
        try stage.attach(records, token, to: try stage.add(below: parent))
        stage.sampler.pass()
        var total: UInt64 = 0
        var last: Group?
        for round in 1...8 as ClosedRange<Int64> {
          if let last {
            if round.isMultiple(of: 2) { try records.end(last.token) }
            if round.isMultiple(of: 3) {
              stage.tree.detach(last)
            } else {
              stage.tree.remove(last.source)
            }
          }
          let next = try records.add(.init(["u64": 1000 * round]))
          last = try stage.attach(records, next, to: try stage.add(below: parent))
          try records.set(token, .init(["u64": 2 * round]))
          stage.sampler.pass()
          total += UInt64(1000 * round + 2)
          stage.expect(aggregate: .u64, .sum, of: aggregate, is: total)
          guard let entry = stage.entry(aggregate), let sum = aggregate.schema["u64"] else {
            return
          }
          stage.expect(stage.sampler.delta(sum, of: entry), is: .increase(2), "the growth")
        }
      },
    ]
  }
}

extension RuleStage {
  /// Returns the part of an aggregate's sum of `u64` that comes from departed members.
  func retained(of aggregate: Group) -> UInt64? {
    guard let entry = entry(aggregate), let index = aggregate.schema.index(of: "u64") else {
      return nil
    }
    return sampler.retained(index, of: entry)
  }
}
