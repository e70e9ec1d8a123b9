import Statistics
import StatsTree
import Testing

/// Sums whose members restart at zero.
@Suite struct ResetTests {
  private let schema = Schema(packing: [
    Statistic("runs", .cumulative), Statistic("sizes", .linearHistogram, size: 2),
    Statistic("level", .instant),
  ])
  private let tree = Tree()
  private let backing = MemoryBacking()
  private let sampler: Sampler

  init() throws {
    let first = tree.group("kvm/a", schema, backing, token: 0)
    tree.group("kvm/b", schema, backing, token: 1)
    try tree.aggregate(first.family, as: "all", over: tree.source("kvm"))
    sampler = Sampler(tree, Selection(parts: .aggregates))
  }

  private func read(_ first: [UInt64], _ second: [UInt64]) throws -> Plan.Entry {
    let time = UInt64(1 + sampler.passCount) * 1_000_000_000
    let window = Window(begin: time, end: time + 100)
    backing.answers = [0: .words(first, window), 1: .words(second, window)]
    sampler.pass()
    return try #require(sampler.plan.entries.first)
  }

  @Test("The counts of a member before a reset stay in the sum; later counts are growth")
  func member() throws {
    _ = try read([100, 40, 60, 7], [50, 20, 30, 1])
    let all = try read([3, 1, 2, 0], [60, 25, 35, 2])
    #expect(sampler.value(schema.statistics[0], of: all) == 163)
    #expect(sampler.delta(schema.statistics[0], of: all) == .increase(13))
    #expect(sampler.histogram(schema.statistics[1], of: all)?.counts == [66, 97])
    #expect(sampler.value(schema.statistics[2], of: all) == 2, "a level falls")
    #expect(sampler.retained(0, of: all) == 100)
    #expect(sampler.members(of: all)?.departedCount == 0)
  }

  @Test("A reset of a member is detected although the others grow by more")
  func masked() throws {
    _ = try read([100, 0, 0, 0], [5000, 0, 0, 0])
    let all = try read([1, 0, 0, 0], [9000, 0, 0, 0])
    #expect(sampler.delta(schema.statistics[0], of: all) == .increase(4001))
  }

  @Test("A count that becomes inactive stays in the sum; one that becomes active is not growth")
  func activity() throws {
    _ = try read([100, 0, 0, 0], [.max, 0, 0, 0])
    var all = try read([110, 0, 0, 0], [70, 0, 0, 0])
    #expect(sampler.value(schema.statistics[0], of: all) == 180)
    #expect(sampler.delta(schema.statistics[0], of: all) == .increase(10))
    all = try read([.max, 0, 0, 0], [71, 0, 0, 0])
    #expect(sampler.value(schema.statistics[0], of: all) == 181)
    #expect(sampler.delta(schema.statistics[0], of: all) == .increase(1))
  }
}
