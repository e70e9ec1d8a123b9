import Statistics
import StatsTree
import Testing

/// Which groups an aggregate counts, as sources, groups and aggregates come and go.
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

  @Test("A group that comes with an aggregate above it counts in the others, too")
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
}
