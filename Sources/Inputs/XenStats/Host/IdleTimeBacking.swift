import Glibc
import LinuxSystem
import Statistics
import StatsTree

/// How long physical CPUs were idle: one call for all of them.
///
/// A group's token is the CPU's number.
final class IdleTimeBacking: Backing {
  private let control: XenControl
  private var nanoseconds: [UInt64]

  /// - Parameters:
  ///   - control: who is asked.
  ///   - cpuCount: one more than the largest number of a CPU.
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
      // A CPU that is offline has 0; one that was never idle since the machine started is none.
      guard placement.token < count, nanoseconds[placement.token] > 0 else {
        snapshot.fail(placement, .denied(code: ENODEV))
        continue
      }
      snapshot.fill(placement) { $0[0] = nanoseconds[placement.token] }
      snapshot.finish(placement, window)
    }
  }
}
