import Glibc
public import LinuxSystem
public import Statistics
public import StatsTree

/// How long threads ran, and how long they could have run but had no CPU.
///
/// For a vCPU's thread the second is what its guest sees as steal time. One group is one thread;
/// its file stays open, so that a sample is one pread(2). Source: `/proc/PID/task/TID/schedstat`
/// (kernel document `scheduler/sched-stats.rst`).
public final class ThreadSchedule: Backing {
  /// Time run, time waited for a CPU, and the number of times it got one.
  public static let schema = Schema(packing: [
    Statistic("run_ns", .cumulative, unit: .seconds, scale: .nano, stability: .stable),
    Statistic("run_delay_ns", .cumulative, unit: .seconds, scale: .nano, stability: .stable),
    Statistic("timeslices", .cumulative, stability: .stable),
  ])

  private let files = DescriptorTable()
  private let roots: SystemRoots
  private var bytes = [UInt8](repeating: 0, count: 128)

  public init(roots: SystemRoots = SystemRoots()) {
    self.roots = roots
  }

  /// Begins to read a thread: the token of its group.
  public func open(process: Int32, thread: Int32) throws(SystemError) -> Int {
    files.insert(
      try Descriptor.open("\(roots.process(process))/task/\(thread)/schedstat"))
  }

  /// Ends to read a thread.
  public func close(_ token: Int) {
    files.remove(token)
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    var begin = monotonicNanoseconds()
    for placement in placements {
      let count = files.read(placement.token, into: &bytes)
      let end = monotonicNanoseconds()
      if count < 0 {
        // The thread is over, or the token was closed.
        let isOver = count == -Int(ESRCH) || count == -Int(EBADF)
        snapshot.fail(placement, isOver ? .gone : .denied(code: Int32(-count)))
      } else if store(count, placement, into: &snapshot) {
        snapshot.finish(placement, Window(begin: begin, end: end))
      } else {
        snapshot.fail(placement, .denied(code: EBADMSG))
      }
      begin = end
    }
  }

  private func store(
    _ count: Int, _ placement: Placement, into snapshot: inout Snapshot
  ) -> Bool {
    var scanner = TextScanner(to: count)
    guard let run = scanner.number(bytes), let delay = scanner.number(bytes),
      let slices = scanner.number(bytes)
    else { return false }
    snapshot.fill(placement) { record in
      record[0] = run
      record[1] = delay
      record[2] = slices
    }
    return true
  }
}
