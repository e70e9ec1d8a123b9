import Statistics
import StatsTree
import Testing

/// The members of aggregates, while sources, groups and aggregates join and leave.
@Suite struct MembershipTests {
  private let runs = Statistic("runs", .cumulative)
  private let tree = Tree()
  private let backing = MemoryBacking()
  private var schema: Schema { Schema(packing: [runs]) }

  private func read(_ sampler: Sampler, _ values: [Int: UInt64], at second: UInt64) {
    for (token, value) in values {
      backing.answers[token] = .words(
        [value], Window(begin: second * 1_000_000_000, end: second * 1_000_000_000 + 100))
    }
    sampler.pass()
  }

  private func entry(_ sampler: Sampler, _ group: Group) throws -> Plan.Entry {
    try #require(sampler.plan.entries.first { $0.group === group })
  }

  @Test("A group that joins with an aggregate above it also counts in the other aggregates")
  func together() throws {
    let first = tree.group("kvm/a/0", schema, backing, token: 0)
    let all = try tree.aggregate(first.family, as: "all", over: tree.source("kvm"))
    let sampler = Sampler(tree)
    read(sampler, [0: 1], at: 1)
    tree.group("kvm/b/0", schema, backing, token: 1)
    let some = try tree.aggregate(first.family, as: "all", over: tree.source("kvm/b"))
    tree.group("kvm/b/1", schema, backing, token: 2)
    read(sampler, [0: 1, 1: 20, 2: 300], at: 2)
    #expect(sampler.value(runs, of: try entry(sampler, some)) == 320)
    #expect(sampler.value(runs, of: try entry(sampler, all)) == 321)
    #expect(sampler.members(of: try entry(sampler, all))?.count == 3)
  }

  @Test("Counts from before a source was counted elsewhere are not growth there")
  func counted() throws {
    let first = tree.group("kvm/a", schema, backing, token: 0)
    tree.group("kvm/b", schema, backing, token: 1)
    let all = try tree.aggregate(first.family, as: "all", over: tree.source("cgroup"))
    try tree.count(tree.source("kvm/a"), in: tree.source("cgroup"))
    let sampler = Sampler(tree)
    read(sampler, [0: 10, 1: 500], at: 1)
    try tree.count(tree.source("kvm/b"), in: tree.source("cgroup"))
    read(sampler, [0: 13, 1: 504], at: 2)
    #expect(sampler.value(runs, of: try entry(sampler, all)) == 517)
    #expect(sampler.delta(runs, of: try entry(sampler, all)) == .increase(3))
    read(sampler, [0: 14, 1: 506], at: 3)
    #expect(sampler.delta(runs, of: try entry(sampler, all)) == .increase(3))
  }

  @Test("A group that leaves and returns counts once, also if the plan is rebuilt")
  func again() throws {
    let group = tree.group("kvm/a", schema, backing, token: 0)
    tree.group("kvm/b", schema, backing, token: 1)
    let all = try tree.aggregate(group.family, as: "all", over: tree.source("kvm"))
    let sampler = Sampler(tree)
    read(sampler, [0: 10, 1: 5], at: 1)
    let source = tree.source("kvm/a")
    tree.remove(source)
    try tree.add(source, below: tree.source("kvm"))
    try tree.count(source, in: tree.source("cgroup"))
    read(sampler, [0: 12, 1: 6], at: 2)
    #expect(sampler.rate(runs, of: try entry(sampler, group)) == nil)
    #expect(sampler.value(runs, of: try entry(sampler, all)) == 18)
    #expect(sampler.retained(0, of: try entry(sampler, all)) == nil)
    #expect(sampler.delta(runs, of: try entry(sampler, all)) == .increase(1))
  }

  @Test("What a source counts also counts above it while the source has a place there")
  func counters() throws {
    let group = tree.group("kvm/a", schema, backing, token: 0)
    let slice = try tree.makeSource("slice")
    try tree.count(tree.source("kvm/a"), in: slice)
    let all = try tree.aggregate(group.family, as: "all", over: tree.source("cgroup"))
    let sampler = Sampler(tree)
    func count() throws -> Int? {
      read(sampler, [0: 10], at: UInt64(1 + sampler.passCount))
      return sampler.members(of: try entry(sampler, all))?.count
    }
    #expect(try count() == 0)
    try tree.add(slice, below: tree.source("cgroup"))
    #expect(try count() == 1)
    tree.remove(slice)
    #expect(try count() == 0)
    #expect(sampler.retained(0, of: try entry(sampler, all)) == 10)
    try tree.add(slice, below: tree.source("cgroup"))
    #expect(try count() == 0, "the relation has ended")
    try tree.count(tree.source("kvm/a"), in: slice)
    #expect(try count() == 1)
  }

  @Test("A source that is counted by a counted source counts from that time on")
  func overTwo() throws {
    let group = tree.group("kvm/a", schema, backing, token: 0)
    let all = try tree.aggregate(group.family, as: "all", over: tree.source("top"))
    try tree.count(tree.source("kvm/a"), in: tree.source("cgroup/slice"))
    let sampler = Sampler(tree)
    read(sampler, [0: 10], at: 1)
    try tree.count(tree.source("cgroup"), in: tree.source("top"))
    read(sampler, [0: 10], at: 2)
    #expect(sampler.value(runs, of: try entry(sampler, all)) == 10)
  }

  @Test("A source without a place counts nowhere, even if another source counts it")
  func placeless() throws {
    let group = tree.group("kvm/a", schema, backing, token: 0)
    let other = try tree.makeSource("b")
    try tree.attach(
      "test", schema: schema, backing: backing, token: 1, provenance: .simulated, to: other)
    try tree.count(other, in: tree.source("cgroup"))
    let sampler = Sampler(tree)
    let all = try tree.aggregate(group.family, as: "all", over: tree.source("cgroup"))
    read(sampler, [0: 10, 1: 5], at: 1)
    #expect(sampler.members(of: try entry(sampler, all))?.count == 0)
    try tree.add(other, below: tree.source("kvm"))
    read(sampler, [0: 10, 1: 5], at: 2)
    #expect(sampler.members(of: try entry(sampler, all))?.count == 1)
  }

  @Test("A group that is read only for an aggregate is read while the aggregate exists")
  func released() throws {
    let group = tree.group("kvm/a", schema, backing, token: 0)
    tree.group("kvm/b", schema, backing, token: 1)
    let all = try tree.aggregate(group.family, as: "all", over: tree.source("kvm"))
    let sampler = Sampler(tree, Selection(sources: try Pattern("kvm/b"), parts: .all))
    let folds = Sampler(tree, Selection(parts: .aggregates))
    folds.pass()
    #expect(backing.asked.map(\.token) == [0, 1])
    tree.detach(all)
    backing.asked = []
    folds.pass()
    #expect(backing.asked.isEmpty)
    sampler.pass()
    #expect(backing.asked.map(\.token) == [1])
    let again = try tree.aggregate(group.family, as: "all", over: tree.source("kvm"))
    tree.detach(again)
    try tree.aggregate(group.family, as: "all", over: tree.source("kvm"))
    folds.pass()
    #expect(backing.asked.map(\.token) == [0, 1])
  }

  @Test("An aggregate without readable members is denied while one of its members is denied")
  func denied() throws {
    let group = tree.group("kvm/a", schema, backing, token: 0)
    tree.group("kvm/b", schema, backing, token: 1)
    let all = try tree.aggregate(group.family, as: "all", over: tree.source("kvm"))
    let sampler = Sampler(tree)
    backing.answers = [0: .fails(.denied(code: 13)), 1: .nothing]
    sampler.pass()
    #expect(sampler.status(of: try entry(sampler, all)) == .denied(code: 13))
    tree.detach(group)
    sampler.pass()
    #expect(sampler.status(of: try entry(sampler, all)) == .pending)
  }
}
