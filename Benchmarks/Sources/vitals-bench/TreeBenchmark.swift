import CBench
import LinuxSystem
import Statistics
import StatsTree

/// The cost of a tree with many sources: aggregation in a pass, changes, memory.
struct TreeBenchmark {
  private static let aggregatedCount = 10_000
  private static let sourceCount = 100_000
  private static let width = 60

  private let schema = Schema(packing: (0..<width).map { Statistic("value\($0)", .cumulative) })
  private let fields = KeyFields("vcpu", prefix: "vcpu")
  private let backing = SteadyBacking()

  func run(_ report: inout Report) throws {
    try measureAggregation(&report)
    try measureMemory(&report)
    try measureChanges(&report)
  }

  /// Adds VMs with 64 vCPUs each.
  private func fill(_ tree: Tree, from begin: Int = 0, to end: Int) throws {
    for index in begin..<end {
      let parent = tree.source("kvm/vm\(index / 64)")
      let source = try tree.add(["\(index % 64)"], of: fields, below: parent)
      try tree.attach(
        "kvm", schema: schema, backing: backing, token: index, provenance: .simulated, to: source)
    }
  }

  private func family(_ tree: Tree) throws -> Family {
    guard let family = tree.families.first else {
      throw MissingRequirementError("the tree has no family")
    }
    return family
  }

  // MARK: - Parts

  /// Measures aggregation: a pass with an aggregate, minus a pass without one.
  private func measureAggregation(_ report: inout Report) throws {
    let (plain, aggregating) = (Tree(), Tree())
    for tree in [plain, aggregating] { try fill(tree, to: Self.aggregatedCount) }
    try aggregating.aggregate(
      family(aggregating), as: "all", over: aggregating.source("kvm"))
    let (without, with) = (Sampler(plain), Sampler(aggregating))
    // Two buffers in turn, as the sampler has two samples.
    var words = (0..<Self.aggregatedCount * Self.width).map {
      UInt64($0) &* 0x9e37_79b9_7f4a_7c15 >> 30
    }
    var others = words.map { $0 &+ 1 }
    var sums = [UInt64](repeating: 0, count: Self.width)
    // Use the block in which C was fastest, as for passes.
    let blocks = (0..<15).map { _ in
      interleaved(
        40,
        [
          { with.pass() }, { without.pass() },
          {
            swap(&words, &others)
            unsafe bench_sum_sixty(&sums, words, Self.aggregatedCount)
          },
        ])
    }
    let series = blocks.min { $0[2].median < $1[2].median } ?? []
    precondition(
      with.plan.entries.contains { $0.group.aggregation != nil && with.status(of: $0) == .up })
    report.add("a pass over 10,000 sources with an aggregate of 60", both(series[0]))
    report.add("a pass without the aggregate", both(series[1]))
    report.add("C, sums of as many words, two buffers in turn", both(series[2]))
    let ratios = (
      (series[0].minimum - series[1].minimum) / series[2].minimum,
      (series[0].median - series[1].median) / series[2].median
    )
    report.add(
      "aggregation in a pass / C: minima, medians", "\(fixed(ratios.0)), \(fixed(ratios.1))",
      bar: "<= 2.0", holds: max(ratios.0, ratios.1) <= 2)
  }

  /// Measures the memory of vCPUs in addition to their words.
  private func measureMemory(_ report: inout Report) throws {
    let tree = Tree()
    for vm in 0...(Self.sourceCount / 64) { _ = tree.source("kvm/vm\(vm)") }
    let empty = Int(bench_bytes_in_use())
    try fill(tree, to: Self.sourceCount)
    let filled = Int(bench_bytes_in_use())
    let own = (filled - empty) / Self.sourceCount
    report.add(
      "memory of a vCPU in the tree", "words + \(own) bytes", bar: "<= 200", holds: own <= 200)
    let sampler = Sampler(tree)
    sampler.pass()
    sampler.pass()
    let sampled = (Int(bench_bytes_in_use()) - filled) / Self.sourceCount - 2 * Self.width * 8
    report.add("memory of a vCPU in a sampler", "words of two samples + \(sampled) bytes")
    _ = sampler.plan.entries
    let shown = (Int(bench_bytes_in_use()) - filled) / Self.sourceCount - 2 * Self.width * 8
    report.add(
      "the same after a view requested the entries", "words of two samples + \(shown) bytes")
  }

  /// Measures added and removed groups in a tree of 100,000 with a sampler and an aggregate.
  private func measureChanges(_ report: inout Report) throws {
    let tree = Tree()
    try fill(tree, to: Self.sourceCount)
    try tree.aggregate(family(tree), as: "all", over: tree.source("kvm"))
    let compile = repeated(5) { _ = Plan(tree) }
    report.add("new plan of 100,000 groups", both(compile))
    let sampler = Sampler(tree)
    sampler.pass()
    let batch = 256
    var (joining, leaving) = (Series(), Series())
    for _ in 0..<40 {
      joining.add(
        try time {
          try fill(tree, from: Self.sourceCount, to: Self.sourceCount + batch)
          sampler.updatePlan()
        })
      // Remove each source separately, not with its VM.
      let added = (Self.sourceCount..<Self.sourceCount + batch).compactMap { index in
        tree.find("kvm/vm\(index / 64)/vcpu\(index % 64)")
      }
      sampler.pass()
      leaving.add(
        time {
          for source in added { tree.remove(source) }
          sampler.updatePlan()
        })
      sampler.pass()
    }
    let cost = joining.median / Double(batch)
    report.add(
      "add a group to 100,000: create, attach, plan, aggregate",
      "\(duration(joining.minimum / Double(batch))), median \(duration(cost))", bar: "<= 20 us",
      holds: cost <= 20_000)
    report.add(
      "remove a group",
      "\(duration(leaving.minimum / Double(batch))), median "
        + duration(leaving.median / Double(batch)))
    let walk = repeated(5) { _ = tree.families.count }
    report.add("walk over all groups", both(walk))
  }

  private func both(_ series: Series) -> String {
    "\(duration(series.minimum)), median \(duration(series.median))"
  }
}

/// Constant values at no cost.
private final class SteadyBacking: Backing {
  private var now: UInt64 = 1_000

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    now += 1_000
    let window = Window(begin: now, end: now + 10)
    for index in placements.indices {
      let placement = placements[index]
      // The sampler's two samples keep their words: fill each once.
      if snapshot.window(of: placement.index).end == 0 {
        let value = UInt64(placement.token) &* 0x9e37_79b9_7f4a_7c15 >> 30
        snapshot.fill(placement) { record in
          for word in record.indices { record[word] = value &+ UInt64(word) }
        }
      }
      snapshot.finish(placement, window)
    }
  }
}
