import CAllocations
import Statistics
import StatsTree
import Testing

/// Values that grow with each pass, without a dictionary or closure that would allocate.
private final class CountingBacking: Backing {
  var now: UInt64 = 0

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    now += 1_000_000_000
    // By index: unoptimized, an iterator allocates for each element.
    for index in placements.indices {
      let placement = placements[index]
      // One in ten does not answer: becoming stale must not allocate either.
      if (now / 1_000_000_000 + UInt64(placement.token)).isMultiple(of: 10) { continue }
      let value = now / 1000 * UInt64(placement.token + 1)
      snapshot.fill(placement) { record in
        for word in record.indices { record[word] = value }
      }
      snapshot.finish(placement, Window(begin: now, end: now + 50))
    }
  }
}

@Suite(.enabled(if: allocations_are_counted(), "a sanitizer replaces malloc"))
struct AllocationTests {
  private let schema = Schema(packing: [
    Statistic("exits", .cumulative), Statistic("h", .logHistogram, size: 32),
  ])

  private func sampler(_ count: Int) throws -> (Tree, Sampler) {
    let tree = Tree()
    let backings = [CountingBacking(), CountingBacking(), CountingBacking()]
    for token in 0..<count {
      try tree.attach(
        "kvm", schema: schema, backing: backings[token % 3], token: token, provenance: .simulated,
        to: tree.source("kvm/vm\(token / 8)/vcpu\(token % 8)"))
    }
    return (tree, Sampler(tree))
  }

  @Test("The counter detects allocations of Swift")
  func counter() {
    allocations_reset()
    let before = allocations_count()
    let array = [UInt64](repeating: 1, count: 1000)
    #expect(before == 0)
    let (count, largest) = (allocations_count(), allocations_largest())
    #expect(count >= 1)
    #expect(largest >= 8000)
    #expect(array.count == 1000)
  }

  @Test("After the first two passes, a pass over 1,000 groups allocates nothing")
  func passes() throws {
    let (_, sampler) = try sampler(1000)
    sampler.pass()
    sampler.pass()
    allocations_reset()
    for _ in 0..<50 { sampler.pass() }
    let count = allocations_count()
    #expect(count == 0)
    #expect(sampler.passCount == 52)
  }

  @Test("Only the first two passes after a change allocate")
  func change() throws {
    let (tree, sampler) = try sampler(100)
    for _ in 0..<5 { sampler.pass() }
    tree.remove(tree.source("kvm/vm0"))
    allocations_reset()
    sampler.pass()
    let updating = allocations_count()
    sampler.pass()
    allocations_reset()
    for _ in 0..<10 { sampler.pass() }
    let later = allocations_count()
    #expect(updating > 0)
    #expect(later == 0)
    #expect(sampler.plan.entries.count == 92)
  }

  @Test("Lookups of values and rates do not allocate")
  func values() throws {
    let (_, sampler) = try sampler(100)
    for _ in 0..<3 { sampler.pass() }
    let exits = schema.statistics[0]
    func lookUp() -> (values: Int, rates: Int) {
      var (values, rates) = (0, 0)
      for index in sampler.plan.entries.indices {
        let entry = sampler.plan.entries[index]
        if sampler.value(exits, of: entry) != nil { values += 1 }
        if sampler.rate(exits, of: entry) != nil { rates += 1 }
      }
      return (values, rates)
    }
    // Once for what the runtime creates on first use.
    _ = lookUp()
    allocations_reset()
    let (values, rates) = lookUp()
    let count = allocations_count()
    #expect(count == 0)
    #expect(values == 100)
    #expect(rates == 90)
  }
}
