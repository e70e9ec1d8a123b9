import Statistics
import StatsTree
import Testing

@Suite struct EntryTests {
  private let tree = Tree()
  private let backing = MemoryBacking()
  private let count = Statistic("count", .cumulative)
  private var schema: Schema { Schema(packing: [count]) }

  @Test("An entry that a view keeps is gone with its group and never has another's values")
  func removed() throws {
    tree.group("a", schema, backing, token: 0)
    let window = Window(begin: 1, end: 2)
    for token in 0...1 as ClosedRange<UInt64> {
      backing.answers[Int(token)] = .words([5 + token], window)
    }
    let sampler = Sampler(tree)
    sampler.pass()
    let entry = try #require(sampler.plan.entries.first)
    tree.remove(tree.source("a"))
    #expect(sampler.value(count, of: entry) == 5, "until the next pass")
    for step in 0..<4 {
      if step == 1 { tree.group("b", schema, backing, token: 1) }
      sampler.pass()
      #expect(sampler.status(of: entry) == .gone)
      #expect(sampler.value(count, of: entry) == nil)
      #expect(sampler.delta(count, of: entry) == nil)
      #expect(sampler.rate(count, of: entry) == nil)
      #expect(sampler.interval(of: entry) == nil)
      #expect(sampler.histogram(count, of: entry) == nil)
      #expect(sampler.change(count, of: entry) == nil)
      #expect(sampler.clear(count, of: entry) == .failed(code: 2))
      sampler.clear(entry)
    }
    let other = try #require(sampler.plan.entries.first)
    #expect(sampler.value(count, of: other) == 6)
  }

  @Test("An entry that a view keeps follows its group to another placement")
  func moved() throws {
    let first = tree.group("a", schema, backing, token: 0)
    tree.group("b", schema, backing, token: 1)
    backing.answers[1] = .words([7], Window(begin: 1, end: 2))
    let sampler = Sampler(tree)
    sampler.pass()
    let entry = try #require(sampler.plan.entries.last)
    // More changes than the tree keeps: the plan is rebuilt.
    tree.detach(first)
    for number in 0..<5000 {
      tree.remove(tree.source("c\(number)"))
    }
    sampler.pass()
    #expect(sampler.status(of: entry) == .up)
    #expect(sampler.value(count, of: entry) == 7)
    #expect(sampler.window(of: entry) == Window(begin: 1, end: 2))
  }
}
