import Statistics
import StatsTree
import Testing

@Suite struct SamplerTests {
  private static let second: UInt64 = 1_000_000_000
  private let exits = Statistic("exits", .cumulative)
  private let tree = Tree()
  private let backing = MemoryBacking()
  private var schema: Schema { Schema(packing: [exits]) }

  /// A window at a whole second.
  private func at(_ seconds: UInt64) -> Window {
    Window(begin: seconds * Self.second, end: seconds * Self.second + 100)
  }

  private func entry(_ sampler: Sampler, _ path: String) throws -> Plan.Entry {
    try #require(sampler.plan.entries.first { $0.group.source.path == path })
  }

  @Test("Values, windows and statuses are those of the backing")
  func values() throws {
    let statistics = [
      Statistic("exits", .cumulative), Statistic("h", .logHistogram, size: 3),
      Statistic("level", .instant, isSigned: true), Statistic("off", .instant),
    ]
    let schema = Schema(packing: statistics)
    tree.group("a", Schema(packing: [exits]), backing, token: 1)
    tree.group("b", schema, backing, token: 2)
    let sampler = Sampler(tree)
    backing.answers[1] = .words([99], at(1))
    backing.answers[2] = .words([5, 1, 2, 3, .max, .max], at(2))
    sampler.pass()
    let (a, b) = (try entry(sampler, "a"), try entry(sampler, "b"))
    #expect(sampler.value(exits, of: a) == 99)
    #expect(sampler.window(of: a) == at(1))
    #expect(sampler.status(of: b) == .up)
    #expect(sampler.window(of: b) == at(2))
    #expect(sampler.value(schema.statistics[0], of: b) == 5)
    #expect(sampler.value(schema.statistics[1], of: b, word: 2) == 3)
    #expect(sampler.value(schema.statistics[1], of: b, word: 3) == nil)
    #expect(sampler.histogram(schema.statistics[1], of: b)?.counts == [1, 2, 3])
    #expect(sampler.value(schema.statistics[2], of: b) == .max, "-1 of a signed value")
    #expect(sampler.value(schema.statistics[3], of: b) == nil, "inactive")
    #expect(sampler.passCount == 1)
  }

  @Test("One sample has no rate, delta, change or interval")
  func first() throws {
    let schema = Schema(packing: [exits, Statistic("h", .logHistogram, size: 1)])
    tree.group("a", schema, backing)
    let sampler = Sampler(tree)
    backing.answers[0] = .words([5, 5], at(7))
    sampler.pass()
    let a = try entry(sampler, "a")
    #expect(sampler.rate(exits, of: a) == nil)
    #expect(sampler.delta(exits, of: a) == nil)
    #expect(sampler.change(schema.statistics[1], of: a) == nil)
    #expect(sampler.interval(of: a) == nil)
  }

  @Test("Two samples have rates, deltas and changes")
  func second() throws {
    let schema = Schema(packing: [exits, Statistic("h", .logHistogram, size: 2)])
    tree.group("a", schema, backing)
    let sampler = Sampler(tree)
    backing.answers[0] = .words([5, 1, 1], at(7))
    sampler.pass()
    backing.answers[0] = .words([25, 1, 4], at(9))
    sampler.pass()
    let a = try entry(sampler, "a")
    #expect(sampler.rate(exits, of: a)?.perSecond == 10)
    #expect(sampler.delta(exits, of: a) == .increase(20))
    #expect(sampler.interval(of: a)?.nominal == 2 * Self.second)
    let change = Histogram(shape: .log2(count: 2), counts: [0, 3])
    #expect(sampler.change(schema.statistics[1], of: a) == .increase(change))
  }

  @Test("A group that was never read has no values, signed or unsigned")
  func neverRead() throws {
    let level = Statistic("level", .instant, isSigned: true)
    tree.group("a", Schema(packing: [level]), backing)
    let sampler = Sampler(tree)
    for _ in 0..<3 {
      sampler.pass()
      let a = try entry(sampler, "a")
      #expect(sampler.status(of: a) == .pending)
      #expect(sampler.value(level, of: a) == nil)
    }
    backing.answers[0] = .words([4], at(9))
    sampler.pass()
    let a = try entry(sampler, "a")
    #expect(sampler.value(level, of: a) == 4)
    #expect(sampler.delta(level, of: a) == nil)
    #expect(sampler.interval(of: a) == nil)
  }

  @Test("A change of membership keeps the rates of other groups; a new group has no rate")
  func membership() throws {
    tree.group("kvm/a", schema, backing, token: 1)
    tree.group("kvm/b", schema, backing, token: 2)
    let sampler = Sampler(tree)
    for time in 1...3 as ClosedRange<UInt64> {
      backing.answers[1] = .words([time * 100], at(time))
      backing.answers[2] = .words([time * 7], at(time))
      sampler.pass()
    }
    tree.remove(tree.source("kvm/a"))
    tree.group("kvm/c", schema, backing, token: 3)
    backing.answers[2] = .words([28], at(4))
    backing.answers[3] = .words([1000], at(4))
    sampler.pass()
    #expect(sampler.plan.entries.map(\.group.source.path) == ["kvm/b", "kvm/c"])
    #expect(sampler.rate(exits, of: try entry(sampler, "kvm/b"))?.perSecond == 7)
    #expect(sampler.value(exits, of: try entry(sampler, "kvm/c")) == 1000)
    #expect(sampler.rate(exits, of: try entry(sampler, "kvm/c")) == nil)
    // Another change at once, then two passes without one.
    tree.group("kvm/0", schema, backing, token: 4)
    for time in 5...7 as ClosedRange<UInt64> {
      backing.answers[2] = .words([time * 7], at(time))
      backing.answers[3] = .words([time * 250], at(time))
      sampler.pass()
      #expect(sampler.rate(exits, of: try entry(sampler, "kvm/b"))?.perSecond == 7)
      #expect(sampler.rate(exits, of: try entry(sampler, "kvm/c"))?.perSecond == 250)
    }
  }

  @Test("A group that is attached again is a new one, without a rate")
  func again() throws {
    let group = tree.group("a", schema, backing)
    let sampler = Sampler(tree)
    backing.answers[0] = .words([10], at(1))
    sampler.pass()
    tree.detach(group)
    tree.group("a", schema, backing)
    backing.answers[0] = .words([30], at(2))
    sampler.pass()
    #expect(sampler.rate(exits, of: try entry(sampler, "a")) == nil)
    #expect(sampler.value(exits, of: try entry(sampler, "a")) == 30)
  }

  @Test("The selection applies to groups that join later")
  func later() throws {
    let sampler = Sampler(
      tree, matching: try Pattern("kvm"), statistics: try Pattern("other*"))
    let other = Schema(packing: [
      Statistic("exits", .cumulative), Statistic("other_exits", .cumulative),
    ])
    tree.group("kvm/a", schema, backing, token: 0)
    tree.group("kvm/b", other, backing, token: 1)
    tree.group("host", other, backing, token: 2)
    sampler.pass()
    #expect(sampler.plan.entries.map(\.source.path) == ["kvm/b"])
    #expect(sampler.plan.entries.map(\.shown) == [[1]])
  }
}
