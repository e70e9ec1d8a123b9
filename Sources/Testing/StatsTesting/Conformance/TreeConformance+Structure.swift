import LinuxSystem
import Statistics
import StatsTree
import Synchronization

extension TreeConformance {
  /// The rules for the structure of the tree, which statsfs corrupts if a caller misuses it.
  static var structureRules: [Check] {
    [
      Check(
        45, .repair, "A second place, a second parent and a cycle are errors and change nothing"
      ) { stage in
        let (one, two) = (try stage.add(), try stage.add())
        let child = try stage.add(below: one)
        let grandchild = try stage.add(below: child)
        let has = TreeError.hasParent(path: "s1/s3")
        stage.expect(has, "a child added again") {
          () throws(TreeError) in try stage.tree.add(child, below: one)
        }
        stage.expect(has, "a second parent") {
          () throws(TreeError) in try stage.tree.add(child, below: two)
        }
        stage.tree.remove(child)
        for lower in [child, grandchild] {
          stage.expect(.cycle(path: child.path), "a source below itself") {
            () throws(TreeError) in try stage.tree.add(child, below: lower)
          }
        }
        stage.expect(.cycle(path: child.path), "a source counted by itself") {
          () throws(TreeError) in try stage.tree.count(child, in: grandchild)
        }
        stage.expect(.foreign(path: ""), "a root below a source") {
          () throws(TreeError) in try stage.tree.add(stage.tree.root, below: one)
        }
        let other = try Tree().makeSource("other")
        stage.expect(.foreign(path: "other"), "a source of another tree") {
          () throws(TreeError) in try stage.tree.add(other, below: one)
        }
        stage.expect(one.children.count + two.children.count, is: 0, "the number of children")
        let generation = stage.tree.generation
        stage.tree.remove(child)
        stage.expect(stage.tree.generation, is: generation, "the generation after nothing")
      },
      Check(
        46, .repair, "A name is unique below a parent: a second source of that name is an error"
      ) { stage in
        let parent = try stage.add()
        let first = try stage.tree.add("eth0", below: parent)
        let second = try stage.tree.makeSource("eth0")
        stage.expect(.nameClash(path: "s1/eth0"), "a second eth0") {
          () throws(TreeError) in try stage.tree.add(second, below: parent)
        }
        stage.expect(.nameClash(path: "s1/eth0"), "a third eth0") {
          () throws(TreeError) in try stage.tree.add("eth0", below: parent)
        }
        stage.expect(parent.child("eth0") === first, "the first eth0 is not there")
        // The source that was rejected here can be added at another place.
        try stage.tree.add(second, below: stage.tree.root)
        for name in ["", "a/b"] {
          stage.expect(.badName(name), "the name '\(name)'") {
            () throws(TreeError) in try stage.tree.add(name, below: parent)
          }
        }
      },
      Check(37, .promise, "Sources join and leave while two samplers run, and every sum is correct")
      { stage in
        let records = try stage.records([.u64])
        let tokens = try (0..<8).map { _ in try records.add(.init(["u64": 1])) }
        let parent = try stage.add()
        let aggregate = try stage.aggregate(try stage.family(records), by: [.sum], over: parent)
        // The lock of the tree protects the sources and groups, and the records do not change.
        let shared = Shared(stage, records, parent, aggregate)
        let reader = try SystemThread(name: "reader") { shared.readOften() }
        let author = try SystemThread(name: "author") { shared.change(tokens) }
        // One member never leaves, so that the sum always has a value.
        try stage.attach(records, tokens[0], to: parent)
        shared.check(stage.sampler, passes: 300)
        shared.isDone.store(true, ordering: .relaxed)
        author.join()
        reader.join()
        let count = stage.entry(aggregate).flatMap { stage.sampler.members(of: $0)?.upCount } ?? 0
        stage.expect(count > 0, "no member was read")
        stage.expect(shared.oddCount.load(ordering: .relaxed), is: 0, "the number of wrong sums")
      },
    ]
  }

  /// The state that is shared by the threads of rule 37.
  private final class Shared: @unchecked Sendable {
    let isDone = Atomic(false)
    let oddCount = Atomic(0)
    private let stage: RuleStage
    private let records: RuleRecords
    private let parent: Source
    private let aggregate: Group

    init(_ stage: RuleStage, _ records: RuleRecords, _ parent: Source, _ aggregate: Group) {
      self.stage = stage
      self.records = records
      self.parent = parent
      self.aggregate = aggregate
    }

    func readOften() {
      let sampler = Sampler(stage.tree)
      while !isDone.load(ordering: .relaxed) { check(sampler, passes: 1) }
    }

    /// Checks the sum: each current member has counted 1, and each departed member has counted 1.
    func check(_ sampler: Sampler, passes: Int) {
      for _ in 0..<passes {
        sampler.pass()
        guard let entry = stage.entry(aggregate, sampler), let members = sampler.members(of: entry)
        else { continue }
        let sum = sampler.value(aggregate.schema.statistics[0], of: entry) ?? 0
        if sum != UInt64(members.upCount + members.departedCount) {
          oddCount.add(1, ordering: .relaxed)
        }
      }
    }

    func change(_ tokens: [Int]) {
      var number = 0
      while !isDone.load(ordering: .relaxed) {
        number += 1
        let token = tokens[number % tokens.count]
        guard let child = try? stage.tree.add("c\(number % 5)", below: parent),
          let group = try? stage.attach(records, token, to: child)
        else {
          oddCount.add(1, ordering: .relaxed)
          return
        }
        if number.isMultiple(of: 3) { stage.tree.detach(group) }
        stage.tree.remove(child)
      }
    }
  }
}
