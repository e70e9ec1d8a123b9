import Statistics
import Testing

@testable import StatsTree

/// The placements of records when groups join and leave.
@Suite struct PlacementTests {
  private let tree = Tree()
  private let backing = MemoryBacking()
  private let runs = Statistic("runs", .cumulative)

  private func window(_ second: UInt64) -> Window {
    Window(begin: second * 1_000_000_000, end: second * 1_000_000_000 + 10)
  }

  private func schema(_ width: Int) -> Schema {
    Schema(packing: [runs] + (1..<width).map { Statistic("s\($0)", .cumulative) })
  }

  @Test("A group with the placement of another one has neither its values nor a rate")
  func reuse() throws {
    let old = tree.group("old", schema(2), backing, token: 0)
    let sampler = Sampler(tree)
    for second in 1...3 as ClosedRange<UInt64> {
      backing.answers[0] = .words([second * 10, 5], window(second))
      sampler.pass()
    }
    let place = try #require(sampler.plan.entries.first?.placement)
    sampler.clear(try #require(sampler.plan.entries.first))
    tree.detach(old)
    tree.group("new", schema(2), backing, token: 1)
    sampler.pass()
    var entry = try #require(sampler.plan.entries.first)
    #expect(entry.placement.index == place.index && entry.placement.offset == place.offset)
    #expect(entry.placement.token == 1)
    #expect(sampler.status(of: entry) == .pending)
    #expect(sampler.value(runs, of: entry) == nil)
    backing.answers[1] = .words([100, 5], window(4))
    sampler.pass()
    entry = try #require(sampler.plan.entries.first)
    #expect(sampler.value(runs, of: entry) == 100, "no baseline remains")
    #expect(sampler.rate(runs, of: entry) == nil && sampler.delta(runs, of: entry) == nil)
    #expect(sampler.interval(of: entry) == nil)
    backing.answers[1] = .words([107, 5], window(5))
    sampler.pass()
    #expect(sampler.delta(runs, of: entry) == .increase(7))
  }

  @Test("A placement is reused only for a record of the same length")
  func lengths() throws {
    let old = tree.group("a", schema(2), backing)
    let sampler = Sampler(tree)
    tree.detach(old)
    tree.group("b", schema(3), backing, token: 1)
    sampler.pass()
    #expect(sampler.plan.wordCount == 5)
    tree.group("c", schema(2), backing, token: 2)
    sampler.pass()
    #expect(sampler.plan.wordCount == 5)
    #expect(sampler.plan.entries.map(\.placement.offset) == [2, 0])
  }

  @Test("A tree that repeatedly grows and shrinks needs no more slots than at its maximum")
  func again() throws {
    let sampler = Sampler(tree)
    for round in 0..<12 {
      // Each round has records of another length, which cannot reuse the free placements.
      let parent = try tree.add("kvm")
      let schema = schema(1 + round)
      for index in 0..<1500 {
        try tree.attach(
          "test", schema: schema, backing: backing, token: index, provenance: .simulated,
          to: tree.add("vm\(index)", below: parent))
      }
      sampler.pass()
      #expect(sampler.plan.entries.count == 1500)
      tree.remove(parent)
      sampler.pass()
      #expect(sampler.plan.slotCount == 0)
      #expect(sampler.plan.wordCount == 0)
    }
  }

  @Test("A plan that is rebuilt because of its free slots keeps values and rates")
  func sparse() throws {
    let steady = tree.group("steady", schema(1), backing, token: 0)
    let all = try tree.aggregate(steady.family, as: "all", over: tree.root.children[0])
    let many = try tree.add("many")
    for index in 1...1500 { tree.group("many/\(index)", schema(1), backing, token: index) }
    let sampler = Sampler(tree)
    backing.answers[0] = .words([10], window(1))
    sampler.pass()
    tree.remove(many)
    backing.answers[0] = .words([13], window(2))
    sampler.pass()
    #expect(sampler.plan.slotCount == 2)
    for entry in sampler.plan.entries {
      #expect(sampler.delta(runs, of: entry) == .increase(3))
    }
    #expect(sampler.plan.entries.map(\.group.id) == [steady.id, all.id])
    #expect(sampler.plan.generation == tree.generation)
  }
}
