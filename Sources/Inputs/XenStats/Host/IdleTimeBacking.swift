import Glibc
import LinuxSystem
import Statistics
import StatsTree

/// Reads the idle times of physical CPUs, one call for all of them.
///
/// The token of a group is the number of the CPU.
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
      // 0 means offline: every CPU was idle for some time since the host started.
      guard placement.token < count, nanoseconds[placement.token] > 0 else {
        snapshot.fail(placement, .denied(code: ENODEV))
        continue
      }
      snapshot.fill(placement) { $0[0] = nanoseconds[placement.token] }
      snapshot.finish(placement, window)
    }
  }
}
