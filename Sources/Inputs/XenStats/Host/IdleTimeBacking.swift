import Glibc
import LinuxSystem
import Statistics
import StatsTree

/// Reads the idle times of physical CPUs, with one call for all CPUs.
///
/// The token of a group (its id in this backing) is the number of the CPU.
final class IdleTimeBacking: Backing {
  private let control: XenControl
  private var nanoseconds: [UInt64]

  /// - Parameters:
  ///   - control: The control interface.
  ///   - cpuCount: The highest CPU number plus one.
  init(_ control: XenControl, cpuCount: Int) {
    self.control = control
    nanoseconds = Array(repeating: 0, count: cpuCount)
  }

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    let begin = monotonicNanoseconds()
    let count = control.readIdleTimes(into: &nanoseconds)
    let window = Window(begin: begin, end: monotonicNanoseconds())
    for index in placements.indices {
      let placement = placements[index]
      guard count >= 0 else {
        snapshot.fail(placement, result: count)
        continue
      }
      // 0 means that the CPU is offline, because every online CPU was idle for some time since the
      // start.
      guard placement.token < count, nanoseconds[placement.token] > 0 else {
        snapshot.fail(placement, .denied(code: ENODEV))
        continue
      }
      snapshot.fill(placement) { $0[0] = nanoseconds[placement.token] }
      snapshot.finish(placement, window)
    }
  }
}
