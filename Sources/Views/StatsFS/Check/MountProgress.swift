import LinuxSystem
import Statistics
import StatsChecks

/// Records the steps of a check, so that a slow check can be distinguished from a blocked check.
final class MountProgress: Sendable {
  private struct State: Sendable {
    var step = "begin"
    var count = 0
    var findings: [Finding]?
  }

  private let state = Monitor(State())

  /// Records that a system call begins that might block.
  func step(_ words: String) {
    state.update { state in
      state.step = words
      state.count += 1
    }
  }

  func finish(_ findings: [Finding]) { state.update { $0.findings = findings } }

  /// Waits for the findings of the check.
  ///
  /// If a step takes longer than the timeout, returns nil and the name of this step.
  func wait(milliseconds: Int) -> (findings: [Finding]?, step: String) {
    var seen = -1
    while true {
      let last = seen
      let moved = state.wait(until: monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000) {
        $0.findings != nil || $0.count != last
      }
      let now = state.read { $0 }
      if !moved || now.findings != nil { return (now.findings, now.step) }
      seen = now.count
    }
  }
}
