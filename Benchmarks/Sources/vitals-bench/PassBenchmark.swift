import CAllocations
import Statistics
import StatsTree

/// Passes of the sampler, against the same system calls in C.
struct PassBenchmark {
  static let vcpuCount = 1_000
  private static let blocks = 30
  private static let roundsPerBlock = 200

  /// The costs per vCPU, for the table of costs.
  private(set) var ours = Double.nan
  private(set) var baseline = Double.nan
  /// The number of statistics of a vCPU.
  private(set) var statisticCount = 0

  mutating func run(_ report: inout Report) throws {
    let vcpus = try CreatedVCPUs(count: Self.vcpuCount)
    let sampler = Sampler(vcpus.tree)
    statisticCount = sampler.plan.entries[0].group.schema.statistics.count
    var words = [UInt64](repeating: 0, count: vcpus.wordCount)
    var next = words
    var other = words

    let pass = { sampler.pass() }
    let one = quietest(pass, { vcpus.read(into: &words) })
    let two = quietest(
      pass,
      {
        swap(&next, &other)
        vcpus.read(into: &next)
      })
    precondition(sampler.plan.entries.allSatisfy { sampler.status(of: $0) == .up })
    let count = Double(Self.vcpuCount)
    (ours, baseline) = (one.block[0].median / count, one.block[1].median / count)
    report.add("sampler, a pass: min, median", both(one.block[0]))
    report.add("C loop, one buffer: min, median", both(one.block[1]))
    compare("sampler / C", one.block[0], one.block[1], &report)
    report.add(
      "ratios of all \(Self.blocks) blocks: min, median, max",
      "\(fixed(one.ratios.minimum)), \(fixed(one.ratios.median)), \(fixed(one.ratios.quantile(1)))")
    report.add("sampler, a pass", both(two.block[0]))
    report.add("C loop, two buffers in turn, as the sampler", both(two.block[1]))
    compare("sampler / C, two buffers", two.block[0], two.block[1], &report)

    // With one pass per second, other programs replace the contents of the caches.
    let caches = Caches()
    let cold = interleaved(
      100, before: caches.fill,
      [pass, { vcpus.read(into: &words) }])
    report.add("sampler with cold caches, a pass: min, median", both(cold[0]))
    compare("sampler / C with cold caches", cold[0], cold[1], &report)

    let passes = 100
    guard allocations_are_counted() else {
      throw MissingRequirementError("allocations are not counted")
    }
    allocations_reset()
    for _ in 0..<passes { sampler.pass() }
    let allocations = allocations_count()
    report.add(
      "allocations in \(passes) passes", "\(allocations)", bar: "0", holds: allocations == 0)
  }

  /// Returns the block of rounds in which the C loop was fastest, and the ratios of all blocks.
  ///
  /// Other programs reduce the available cache, and the sampler needs twice the memory of one
  /// buffer. Only the times of the C loop select the block.
  private func quietest(
    _ ours: @escaping () -> Void, _ baseline: @escaping () -> Void
  ) -> (block: [Series], ratios: Series) {
    let blocks = (0..<Self.blocks).map { _ in
      interleaved(Self.roundsPerBlock, [ours, baseline])
    }
    var ratios = Series()
    for block in blocks { ratios.add(block[0].median / block[1].median) }
    return (blocks.min { $0[1].median < $1[1].median } ?? [], ratios)
  }

  private func compare(
    _ name: String, _ ours: Series, _ baseline: Series, _ report: inout Report
  ) {
    let minima = ours.minimum / baseline.minimum
    let medians = ours.median / baseline.median
    report.add(
      "\(name): minima, medians", "\(fixed(minima)), \(fixed(medians))", bar: "<= 1.15",
      holds: max(minima, medians) <= 1.15)
  }

  private func both(_ series: Series) -> String {
    "\(duration(series.minimum)), \(duration(series.median))"
  }
}
