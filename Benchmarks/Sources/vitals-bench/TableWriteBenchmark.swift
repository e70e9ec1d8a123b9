import CBench
import LinuxSystem
import SharedTable
import Statistics

/// The cost of publishing: operations against minimal equivalents in C.
struct TableWriteBenchmark {
  private static let rounds = 60
  private static let operations: UInt64 = 4_000_000

  func run(_ report: inout Report) throws {
    let publisher = try Publisher(.unnamed)
    let source = try publisher.addSource("bench")
    let record = try publisher.addRecord("one", schema: TablePublisher.schema(8), to: source)
    let latched = try publisher.addRecord(
      "eight", schema: TablePublisher.schema(8), to: source, consistency: .latched)
    let onDemand = try publisher.addRecord(
      "heavy", schema: TablePublisher.schema(1), to: source, isOnDemand: true)
    guard let counter = record.counter("value0"), let unwatched = onDemand.counter("value0") else {
      throw MissingRequirementError("no counters in the schema of the benchmark")
    }
    // The same kind of memory as a table.
    let file = try MemoryFile(name: "bench", byteCount: 4_096)
    let memory = try Mapping(of: file.descriptor, byteCount: 4_096, for: .readWrite)
    let words = unsafe UnsafeMutableRawPointer(mutating: memory.words(at: 64, count: 8))
      .assumingMemoryBound(to: UInt64.self)

    let bump = interleaved(
      Self.rounds,
      [
        { for _ in 0..<Self.operations { counter.bump() } },
        { unsafe bench_increment(words, Self.operations) },
        { for _ in 0..<Self.operations { counter.add(1) } },
      ])
    compare("bump of a relaxed counter", "C ++", bump[0], bump[1], bar: 1.2, &report)
    report.add("add, for many writers", perOperation(bump[2]))

    let update = interleaved(
      Self.rounds,
      [
        {
          for index in 0..<Self.operations {
            latched.replace(InlineArray<8, UInt64>(repeating: index))
          }
        },
        { unsafe bench_store_eight(words, Self.operations) },
        {
          for index in 0..<Self.operations {
            latched.update { words in words[0] = index }
          }
        },
      ])
    compare(
      "replace a latched group of 8", "8 stores in C", update[0], update[1], bar: 1.2, &report)
    report.add("update one word of a latched group of 8", perOperation(update[2]))

    let idle = interleaved(
      Self.rounds,
      [
        { for _ in 0..<Self.operations { if onDemand.isWatched { unwatched.bump() } } }
      ])
    let cost = idle[0].minimum / Double(Self.operations)
    report.add(
      "unwatched group in a hot path", "\(fixed(cost)) ns", bar: "<= 0.5 ns", holds: cost <= 0.5)
    withExtendedLifetime(memory) {}
  }

  private func perOperation(_ series: Series) -> String {
    let count = Double(Self.operations)
    return "\(fixed(series.minimum / count)) ns, median \(fixed(series.median / count)) ns"
  }

  private func compare(
    _ name: String, _ baseline: String, _ ours: Series, _ theirs: Series, bar: Double,
    _ report: inout Report
  ) {
    report.add(name, perOperation(ours))
    report.add(baseline, perOperation(theirs))
    let ratios = (ours.minimum / theirs.minimum, ours.median / theirs.median)
    report.add(
      "\(name) / \(baseline): minima, medians", "\(fixed(ratios.0)), \(fixed(ratios.1))",
      bar: "<= \(fixed(bar, 1))", holds: max(ratios.0, ratios.1) <= bar)
  }
}
