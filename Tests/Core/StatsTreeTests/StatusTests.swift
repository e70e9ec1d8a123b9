import Statistics
import StatsTree
import Testing

@Suite struct StatusTests {
  private static let second: UInt64 = 1_000_000_000
  private let exits = Statistic("exits", .cumulative)
  private let tree = Tree()
  private let backing = MemoryBacking()
  private let sampler: Sampler

  init() {
    tree.group("a", Schema(packing: [exits, Statistic("b", .cumulative)]), backing)
    sampler = Sampler(tree)
  }

  private func at(_ seconds: UInt64) -> Window {
    Window(begin: seconds * Self.second, end: seconds * Self.second + 100)
  }

  private func pass(_ answer: MemoryBacking.Answer) throws -> Plan.Entry {
    backing.answers[0] = answer
    sampler.pass()
    return try #require(sampler.plan.entries.first)
  }

  @Test(
    "A record that is not finished keeps its last words and window and is stale since then",
    arguments: [
      MemoryBacking.Answer.nothing, .torn([77]), .fails(.pending),
      .fails(.stale(since: 99 * second)),
    ], 1...4)
  func stale(answer: MemoryBacking.Answer, passes: Int) throws {
    _ = try pass(.words([10, 1], at(1)))
    _ = try pass(.words([30, 2], at(2)))
    for _ in 0..<passes {
      let a = try pass(answer)
      #expect(sampler.status(of: a) == .stale(since: 2 * Self.second + 100))
      #expect(sampler.window(of: a) == at(2))
      #expect(sampler.value(exits, of: a) == 30)
      #expect(sampler.rate(exits, of: a) == nil, "no new values")
    }
  }

  @Test("After two stale passes the rate covers the whole interval")
  func recovery() throws {
    _ = try pass(.words([10, 1], at(1)))
    _ = try pass(.words([30, 1], at(2)))
    _ = try pass(.nothing)
    _ = try pass(.nothing)
    let a = try pass(.words([130, 1], at(7)))
    #expect(sampler.status(of: a) == .up)
    #expect(sampler.rate(exits, of: a)?.increase == 100)
    #expect(sampler.rate(exits, of: a)?.perSecond == 20)
    #expect(sampler.interval(of: a)?.nominal == 5 * Self.second)
  }

  @Test("A stale group stays stale across a change of membership")
  func staleOverChange() throws {
    _ = try pass(.words([10, 1], at(1)))
    tree.remove(tree.source("nobody"))
    _ = tree.source("other")
    let a = try pass(.torn([77]))
    #expect(sampler.status(of: a) == .stale(since: Self.second + 100))
    #expect(sampler.value(exits, of: a) == 10)
    let again = try pass(.words([40, 1], at(4)))
    #expect(sampler.rate(exits, of: again)?.perSecond == 10)
  }

  @Test("Denied and gone groups have no values", arguments: [Status.denied(code: 1), .gone])
  func noNumbers(status: Status) throws {
    _ = try pass(.words([10, 1], at(1)))
    let a = try pass(.fails(status))
    #expect(sampler.status(of: a) == status)
    #expect(sampler.value(exits, of: a) == nil)
    #expect(sampler.rate(exits, of: a) == nil)
    #expect(sampler.delta(exits, of: a) == nil)
    #expect(sampler.interval(of: a) == nil)
    #expect(sampler.histogram(Statistic("h", .logHistogram, size: 1), of: a) == nil)
  }

  @Test(
    "A denied or gone group that does not answer keeps its status",
    arguments: [Status.denied(code: 13), .gone])
  func staysDenied(status: Status) throws {
    _ = try pass(.words([10, 1], at(1)))
    _ = try pass(.fails(status))
    let a = try pass(.torn([3]))
    #expect(sampler.status(of: a) == status)
    #expect(sampler.value(exits, of: a) == nil)
    let up = try pass(.words([50, 1], at(4)))
    #expect(sampler.value(exits, of: up) == 50)
    #expect(sampler.rate(exits, of: up) == nil, "the sample before has no numbers")
    let next = try pass(.words([51, 1], at(5)))
    #expect(sampler.rate(exits, of: next)?.perSecond == 1)
  }

  @Test(
    "Each status has a word",
    arguments: [
      (Status.up, "up", true), (.stale(since: 5), "stale", true),
      (.denied(code: 1), "denied", false),
      (.gone, "gone", false),
    ])
  func words(status: Status, word: String, hasNumbers: Bool) {
    #expect(status.word == word)
    #expect(status.hasNumbers == hasNumbers)
  }
}
