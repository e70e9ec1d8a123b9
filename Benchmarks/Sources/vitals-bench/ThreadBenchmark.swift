import CAllocations
import CBench
import LinuxSystem
import ProcStats
import StatsTree

/// The schedule statistics of 1,000 vCPU threads: one text file per thread.
struct ThreadBenchmark {
  private static let rounds = 200
  /// The cost per vCPU with the files kept open.
  private(set) var kept = Double.nan

  mutating func run(_ report: inout Report, holder path: String?) throws {
    let holder = try Holder(path, vcpus: 1_000)
    let pid = holder.process.pid
    let threads = try holder.vcpuThreads()
    guard !threads.isEmpty else {
      throw MissingRequirementError("guest-holder has no vCPU threads")
    }
    let tree = Tree()
    let backing = ThreadScheduleBacking()
    for thread in threads {
      let source = try tree.add("\(thread)")
      try tree.attach(
        "sched", schema: ThreadScheduleBacking.schema, backing: backing,
        token: try backing.open(process: pid, thread: thread), provenance: .procfs, to: source)
    }
    let sampler = Sampler(tree)
    let files = threads.map { "/proc/\(pid)/task/\($0)/schedstat" }
    let series = interleaved(
      Self.rounds / 4,
      [
        { sampler.pass() },
        { for file in files { _ = unsafe bench_read_file(file) } },
      ])
    precondition(sampler.plan.entries.allSatisfy { sampler.status(of: $0) == .up })
    let count = Double(threads.count)
    kept = series[0].median / count
    report.add("kept open by the sampler, parsed", duration(kept) + " per vCPU")
    report.add("open, read, close in C", duration(series[1].median / count) + " per vCPU")
    allocations_reset()
    for _ in 0..<10 { sampler.pass() }
    let allocations = allocations_count()
    report.add("allocations in 10 passes", "\(allocations)", bar: "0", holds: allocations == 0)
  }
}
