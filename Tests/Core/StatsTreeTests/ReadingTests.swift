import Statistics
import StatsTree
import Testing

/// Reading one group outside of a pass.
@Suite struct ReadingTests {
  private let tree = Tree()
  private let backing = MemoryBacking()
  private let other = MemoryBacking("other")
  private let sampler: Sampler
  private let schema = Schema(packing: [
    Statistic("count", .cumulative), Statistic("h", .linearHistogram, size: 2, bucketSize: 1),
  ])
  private let window = Window(begin: 5, end: 6)

  init() {
    tree.group("a", schema, backing)
    tree.group("b", schema, other)
    sampler = Sampler(tree)
  }

  private func entry() throws -> Plan.Entry { try #require(sampler.plan.entries.first) }

  @Test("A reading calls only the backing of its group and does not affect passes")
  func alone() throws {
    backing.answers[0] = .words([7, 1, 2], window)
    other.answers[0] = .words([9, 9, 9], window)
    let a = try entry()
    let reading = sampler.read(a)
    #expect(reading.status == .up && reading.window == window)
    #expect(reading.value(schema.statistics[0]) == 7)
    #expect(reading.histogram(schema.statistics[1])?.counts == [1, 2])
    #expect(backing.asked.count == 1 && other.asked.isEmpty)
    #expect(sampler.passCount == 0 && sampler.value(schema.statistics[0], of: a) == nil)
    #expect(!sampler.lastReading(of: a).hasNumbers)
    sampler.pass()
    #expect(sampler.lastReading(of: a).words == [7, 1, 2])
  }

  @Test(
    "Without new values, a reading has those of the last pass, or none",
    arguments: [
      (MemoryBacking.Answer.nothing, Status.stale(since: 6)), (.torn([1]), .stale(since: 6)),
      (.fails(.denied(code: 13)), .denied(code: 13)), (.fails(.gone), .gone),
    ])
  func nothing(answer: MemoryBacking.Answer, status: Status) throws {
    let a = try entry()
    backing.answers[0] = answer
    #expect(!sampler.read(a).hasNumbers)
    #expect(sampler.read(a).value(schema.statistics[0]) == nil)
    backing.answers[0] = .words([7, 1, 2], window)
    sampler.pass()
    backing.answers[0] = answer
    let reading = sampler.read(a)
    #expect(reading.status == status && reading.window == window)
    #expect(reading.value(schema.statistics[0]) == (status.hasNumbers ? 7 : nil))
  }

  @Test("A record that is stale at its source is stale in a reading")
  func ended() throws {
    backing.answers[0] = .ended([7, 1, 2], window)
    let reading = try sampler.read(entry())
    #expect(reading.status == .stale(since: 6) && reading.value(schema.statistics[0]) == 7)
  }

  @Test("A group that has left is gone")
  func left() throws {
    let a = try entry()
    backing.answers[0] = .words([7, 1, 2], window)
    sampler.pass()
    tree.remove(a.source)
    sampler.updatePlan()
    #expect(sampler.read(a).status == .gone && !sampler.read(a).hasNumbers)
  }

  @Test("Baselines are subtracted, and end when the source is reset")
  func zeros() throws {
    let a = try entry()
    backing.answers[0] = .words([100, 4, 5], window)
    sampler.pass()
    sampler.clear(a)
    backing.answers[0] = .words([130, 5, 5], window)
    #expect(sampler.read(a).words == [30, 1, 0])
    #expect(sampler.lastReading(of: a).words == [0, 0, 0])
    backing.answers[0] = .words([5, 1, 0], window)
    #expect(sampler.read(a).words == [5, 1, 0])
    backing.answers[0] = .words([150, 9, 9], window)
    #expect(sampler.read(a).words == [150, 9, 9])
    sampler.pass()
    #expect(sampler.value(schema.statistics[0], of: a) == 150)
  }

  @Test("The number of members in a state is a level, which a reader cannot clear")
  func stateCounts() throws {
    let states = Schema(packing: [Statistic("state", .state, states: ["off", "on"])])
    let pair = Tree()
    let source = try pair.add("x")
    for (name, word) in [("one", UInt64(1)), ("two", 0)] {
      let member = MemoryBacking(name)
      member.answers[0] = .words([word], window)
      try pair.attach(
        "s", schema: states, backing: member, token: 0, provenance: .memory,
        to: pair.add(name, below: source))
    }
    let fold = try pair.aggregate(pair.family("s", states), as: "all", over: source)
    let sampler = Sampler(pair)
    sampler.pass()
    let entry = try #require(sampler.plan.entries.first { $0.group === fold })
    let statistic = fold.schema.statistics[0]
    #expect(!sampler.canClear(statistic))
    #expect(sampler.clear(statistic, of: entry) == .notPermitted)
    sampler.clear(entry)
    #expect(sampler.histogram(statistic, of: entry)?.counts.prefix(2) == [1, 1])
  }
}
