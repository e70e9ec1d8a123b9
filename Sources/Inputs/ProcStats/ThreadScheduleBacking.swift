public import LinuxSystem
public import Statistics
public import StatsTree

/// How long threads ran, and how long they could have run but had no CPU.
///
/// For a vCPU's thread the second is what its guest sees as steal time. One group is one thread;
/// its file stays open, so that a sample is one pread(2). Source: `/proc/PID/task/TID/schedstat`
/// (kernel document `scheduler/sched-stats.rst`).
public final class ThreadScheduleBacking: Backing {
  /// Time run, time waited for a CPU, and the number of times it got one.
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

  /// Begins to read a thread: the token of its group.
  public func open(process: Int32, thread: Int32) throws(SystemError) -> Int {
    try lines.open("\(roots.process(process))/task/\(thread)/schedstat")
  }

  /// Ends to read a thread.
  public func close(_ token: Int) {
    lines.close(token)
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    lines.sample(placements, into: &snapshot)
  }
}
