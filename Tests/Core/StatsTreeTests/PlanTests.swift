import Statistics
import StatsTree
import Testing

@Suite struct PlanTests {
  private func schema(_ size: Int) -> Schema {
    Schema(packing: [Statistic("h", .logHistogram, size: size)])
  }

  @Test("Records are adjacent, in the order of the tree")
  func offsets() {
    let tree = Tree()
    let backing = MemoryBacking()
    tree.group("kvm/web1/vcpu0", schema(3), backing, token: 7)
    tree.group("kvm/web1", schema(0), backing, token: 8)
    tree.group("kvm/web1", schema(5), backing, token: 9)
    tree.group("host", schema(2), backing, token: 10)
    let plan = Plan(tree)
    #expect(
      plan.entries.map(\.group.source.path) == ["kvm/web1", "kvm/web1", "kvm/web1/vcpu0", "host"])
    #expect(plan.entries.map(\.placement.token) == [8, 9, 7, 10])
    #expect(plan.entries.map(\.placement.index) == [0, 1, 2, 3])
    #expect(plan.entries.map(\.placement.offset) == [0, 0, 5, 8])
    #expect(plan.entries.map(\.placement.count) == [0, 5, 3, 2])
    #expect(plan.wordCount == 10)
    #expect(plan.generation == tree.generation)
  }

  @Test("A plan has only matching sources, and groups with a matching statistic")
  func selection() throws {
    let tree = Tree()
    let backing = MemoryBacking()
    for (token, path) in ["kvm/a", "kvm/a/vcpu0", "kvm/b", "host"].enumerated() {
      tree.group(path, schema(1), backing, token: token)
    }
    let matching = Plan(tree, matching: try Pattern("kvm/a"))
    #expect(matching.entries.map(\.placement.token) == [0, 1])
    #expect(matching.wordCount == 2)
    let steal = Schema(packing: [
      Statistic("run", .cumulative), Statistic("run_delay", .cumulative),
    ])
    tree.group("kvm/b", steal, backing, token: 4)
    let chosen = Plan(tree, statistics: try Pattern("*_delay"))
    #expect(chosen.entries.map(\.placement.token) == [4])
    #expect(chosen.entries.map(\.shown) == [[1]])
    #expect(chosen.wordCount == 2)
  }

  @Test("A tree without groups has an empty plan")
  func empty() {
    let tree = Tree()
    _ = tree.source("kvm/web1")
    #expect(Plan(tree).entries.isEmpty)
    #expect(Plan(tree).wordCount == 0)
  }

  @Test("Each backing is called once for all of its groups; backings that may wait are last")
  func batches() {
    let log = MemoryBacking.Log()
    let slow = MemoryBacking("slow", mayWait: true, log: log)
    let slower = MemoryBacking("slower", mayWait: true, log: log)
    let (one, two) = (MemoryBacking("one", log: log), MemoryBacking("two", log: log))
    let tree = Tree()
    for (token, backing) in [slow, one, slower, two, one, slow].enumerated() {
      tree.group("kvm/vm\(token)", schema(1), backing, token: token)
    }
    Sampler(tree).pass()
    #expect(log.names == ["one", "two", "slow", "slower"])
    #expect(one.asked.map(\.token) == [1, 4])
    #expect(slow.asked.map(\.token) == [0, 5])
    #expect(slow.asked.map(\.offset) == [0, 5])
  }

  @Test("A plan keeps its sources after they left the tree")
  func departed() {
    let tree = Tree()
    tree.group("kvm/web1", schema(1), MemoryBacking())
    let plan = Plan(tree)
    tree.remove(tree.source("kvm"))
    #expect(plan.entries.map(\.group.source.path) == ["kvm/web1"])
  }
}
