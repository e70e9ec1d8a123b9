import Statistics
import StatsTree
import Testing

@Suite struct AggregateTests {
  private static let second: UInt64 = 1_000_000_000
  private let tree = Tree()
  private let backing = MemoryBacking()
  private let count = Statistic("count", .cumulative)
  private let level = Statistic("level", .instant)
  private var schema: Schema { Schema(packing: [count, level]) }

  private func at(_ seconds: UInt64) -> Window {
    Window(begin: seconds * Self.second, end: seconds * Self.second + 100)
  }

  /// Returns the value of a statistic of an aggregate.
  private func value(_ index: Int, of group: Group, _ sampler: Sampler) throws -> UInt64? {
    let entry = try #require(sampler.plan.entries.first { $0.group === group })
    return sampler.value(group.schema.statistics[index], of: entry)
  }

  @Test("A member that joins together with an aggregate also counts in the aggregates above")
  func together() throws {
    let first = tree.group("kvm/a/vcpu0", schema, backing, token: 0)
    let all = try tree.aggregate(first.family, as: "all", over: tree.source("kvm"))
    let sampler = Sampler(tree)
    sampler.pass()
    // As an input adds a VM: one vCPU, the VM's aggregate, then the other vCPUs.
    tree.group("kvm/b/vcpu0", schema, backing, token: 1)
    let own = try tree.aggregate(first.family, as: "own", over: tree.source("kvm/b"))
    tree.group("kvm/b/vcpu1", schema, backing, token: 2)
    for token in 0...2 { backing.answers[token] = .words([10, 1], at(1)) }
    sampler.pass()
    #expect(try value(0, of: own, sampler) == 20)
    #expect(try value(0, of: all, sampler) == 30)
    tree.group("kvm/b/vcpu2", schema, backing, token: 3)
    backing.answers[3] = .words([5, 1], at(1))
    sampler.pass()
    #expect(try value(0, of: own, sampler) == 25)
    #expect(try value(0, of: all, sampler) == 35)
  }

  @Test("An aggregate with the name and schema of its members does not count aggregates")
  func sameFamily() throws {
    let group = tree.group("kvm/a", schema, backing, token: 0)
    let sampler = Sampler(tree)
    sampler.pass()
    let all = try tree.aggregate(group.family, as: "test", over: tree.source("kvm"))
    let own = try tree.aggregate(group.family, as: "test", over: tree.source("kvm/a"))
    #expect(all.family === group.family)
    backing.answers[0] = .words([10, 1], at(1))
    for _ in 0..<3 {
      sampler.pass()
      #expect(try value(0, of: all, sampler) == 10)
      #expect(try value(0, of: own, sampler) == 10)
    }
    #expect(tree.groups(of: group.family).map(\.id) == [group.id])
  }

  @Test("A member that is gone counts with its totals but not with its levels")
  func gone() throws {
    let group = tree.group("kvm/a", schema, backing, token: 0)
    tree.group("kvm/b", schema, backing, token: 1)
    let all = try tree.aggregate(
      group.family, by: [.sum, .maximum], as: "all", over: tree.source("kvm"))
    let sampler = Sampler(tree)
    backing.answers = [0: .words([100, 7], at(1)), 1: .words([10, 3], at(1))]
    sampler.pass()
    #expect(try (0..<4).map { try value($0, of: all, sampler) } == [110, 100, 10, 7])
    for time in 2...4 as ClosedRange<UInt64> {
      backing.answers = [0: .fails(.gone), 1: .words([10 + time, 3], at(time))]
      sampler.pass()
      #expect(try (0..<4).map { try value($0, of: all, sampler) } == [110 + time, 10 + time, 3, 3])
      let entry = try #require(sampler.plan.entries.first { $0.group === all })
      #expect(sampler.members(of: entry)?.goneCount == 1)
      #expect(sampler.rate(all.schema.statistics[0], of: entry)?.increase == (time == 2 ? 2 : 1))
    }
    tree.remove(tree.source("kvm/a"))
    sampler.pass()
    #expect(try (0..<4).map { try value($0, of: all, sampler) } == [114, 14, 3, 3])
  }

  @Test("If all members are gone, the aggregate keeps their totals and has no level")
  func allGone() throws {
    let group = tree.group("kvm/a", schema, backing, token: 0)
    let all = try tree.aggregate(group.family, as: "all", over: tree.source("kvm"))
    let sampler = Sampler(tree)
    backing.answers = [0: .words([100, 7], at(1))]
    sampler.pass()
    backing.answers = [0: .fails(.gone)]
    sampler.pass()
    #expect(try (0..<2).map { try value($0, of: all, sampler) } == [100, nil])
    let entry = try #require(sampler.plan.entries.first { $0.group === all })
    #expect(sampler.status(of: entry) == .stale(since: Self.second + 100))
  }

  @Test("A source that returns is counted once, and its counts in the meantime are not growth")
  func back() throws {
    let group = tree.group("kvm/a", schema, backing, token: 0)
    tree.group("kvm/b", schema, backing, token: 1)
    let all = try tree.aggregate(group.family, as: "all", over: tree.source("kvm"))
    let sampler = Sampler(tree)
    func pass(_ time: UInt64, _ a: UInt64, _ b: UInt64) throws -> (UInt64?, UInt64?) {
      backing.answers = [0: .words([a, 1], at(time)), 1: .words([b, 1], at(time))]
      sampler.pass()
      let entry = try #require(sampler.plan.entries.first { $0.group === all })
      return (
        try value(0, of: all, sampler),
        sampler.rate(all.schema.statistics[0], of: entry)?.increase
      )
    }
    #expect(try pass(1, 100, 10) == (110, nil))
    let a = tree.source("kvm/a")
    // Removed and added again between two passes.
    tree.remove(a)
    try tree.add(a, below: tree.source("kvm"))
    #expect(try pass(2, 120, 11) == (131, 1))
    // Absent for a pass.
    tree.remove(a)
    #expect(try pass(3, 120, 12) == (132, 1))
    try tree.add(a, below: tree.source("kvm"))
    #expect(try pass(4, 200, 13) == (213, 1))
    #expect(try pass(5, 205, 13) == (218, 5))
    let entry = try #require(sampler.plan.entries.first { $0.group === all })
    #expect(sampler.members(of: entry)?.departedCount == 0)
    #expect(sampler.retained(0, of: entry) == nil)
    tree.remove(a)
    #expect(try pass(6, 0, 14) == (219, 1))
    #expect(sampler.retained(0, of: entry) == 205)
  }

  @Test("A group is attached once, regardless of its provenance and visibility")
  func twice() throws {
    let group = tree.group("a", schema, backing)
    #expect(throws: TreeError.groupAttached(path: "a", group: "test")) {
      try tree.attach(
        "test", schema: schema, backing: backing, token: 0, provenance: .procfs,
        to: group.source, isHidden: true)
    }
    #expect(group.source.groups.count == 1)
  }

  @Test("A source that is removed from a counted source without a place is not counted")
  func countedWithoutPlace() throws {
    let top = try tree.makeSource("top")
    let counter = try tree.add("counter")
    let child = try tree.makeSource("child")
    try tree.add(child, below: top)
    try tree.count(child, in: counter)
    tree.remove(child)
    try tree.add(child, below: tree.root)
    let group = tree.group("child", schema, backing)
    let all = try tree.aggregate(group.family, as: "all", over: counter)
    backing.answers = [0: .words([100, 7], at(1))]
    let sampler = Sampler(tree)
    sampler.pass()
    let entry = try #require(sampler.plan.entries.first { $0.group === all })
    #expect(sampler.members(of: entry)?.count == 0)
  }
}
