public import LinuxSystem
public import Statistics
public import StatsTree

/// Reads for how long threads ran, and for how long they were runnable but had no CPU.
///
/// The guest of a vCPU's thread sees the second time as steal time. Each thread has one group. The
/// file of the thread remains open, so that a sample takes one pread(2). Source:
/// `/proc/PID/task/TID/schedstat` (kernel document `scheduler/sched-stats.rst`).
public final class ThreadScheduleBacking: Backing {
  /// The time on a CPU, the time waiting for a CPU, and the number of time slices.
  public static let schema = Schema(packing: [
    Statistic("run_ns", .cumulative, unit: .seconds, scale: .nano, stability: .stable),
    Statistic("run_delay_ns", .cumulative, unit: .seconds, scale: .nano, stability: .stable),
    Statistic("timeslices", .cumulative, stability: .stable),
  ])

  private let roots: SystemRoots
  private var lines = NumberLineReader()

  public init(roots: SystemRoots = SystemRoots()) {
    self.roots = roots
  }

  /// Opens the file of a thread, and returns the token of its group (the id in this backing).
  public func open(process: Int32, thread: Int32) throws(SystemError) -> Int {
    try lines.open("\(roots.process(process))/task/\(thread)/schedstat")
  }

  /// Closes the group of a thread.
  public func close(_ token: Int) {
    lines.close(token)
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    lines.sample(placements, into: &snapshot)
  }
}
