import Statistics
import StatsTree
import Testing

@Suite struct ClearingTests {
  private let tree = Tree()
  private let backing = MemoryBacking()
  private let sampler: Sampler
  private let statistics = Schema(packing: [
    Statistic("count", .cumulative), Statistic("signed", .cumulative, isSigned: true),
    Statistic("h", .linearHistogram, size: 2, bucketSize: 1),
  ]).statistics

  init() {
    tree.group("a", Schema(packing: statistics), backing)
    sampler = Sampler(tree)
  }

  private func pass(_ words: [UInt64]) throws -> Plan.Entry {
    backing.answers[0] = .words(words, Window(begin: 1, end: 2))
    sampler.pass()
    return try #require(sampler.plan.entries.first)
  }

  @Test("A reader's baseline ends permanently when the source is reset")
  func reset() throws {
    var a = try pass([100, 100, 4, 5])
    sampler.clear(a)
    a = try pass([130, 130, 5, 5])
    #expect(statistics.prefix(2).map { sampler.value($0, of: a) } == [30, 30])
    #expect(sampler.histogram(statistics[2], of: a)?.counts == [1, 0])
    a = try pass([5, 5, 1, 0])
    #expect(statistics.prefix(2).map { sampler.value($0, of: a) } == [5, 5])
    #expect(sampler.histogram(statistics[2], of: a)?.counts == [1, 0])
    a = try pass([150, 150, 9, 9])
    #expect(statistics.prefix(2).map { sampler.value($0, of: a) } == [150, 150])
    #expect(sampler.histogram(statistics[2], of: a)?.counts == [9, 9])
  }

  @Test("The baseline of one statistic does not affect another, whatever its value")
  func other() throws {
    let a = try pass([100, .max, 0, 0])
    #expect(sampler.clear(statistics[0], of: a) == .cleared)
    #expect(statistics.prefix(2).map { sampler.value($0, of: a) } == [0, .max])
  }

  @Test("A reader cannot clear a peak: the maximum since then is unknown")
  func peak() throws {
    let peak = Statistic("top", .peak)
    tree.group("b", Schema(packing: [peak]), backing, token: 1)
    backing.answers[1] = .words([100], Window(begin: 1, end: 2))
    sampler.pass()
    let b = try #require(sampler.plan.entries.last)
    #expect(sampler.clear(peak, of: b) == .notPermitted)
    sampler.clear(b)
    backing.answers[1] = .words([130], Window(begin: 3, end: 4))
    sampler.pass()
    #expect(sampler.value(peak, of: b) == 130)
  }
}
