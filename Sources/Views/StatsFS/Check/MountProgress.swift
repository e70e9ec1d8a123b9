import LinuxSystem
import Statistics
import StatsChecks

/// The progress of a check, which distinguishes a slow check from a blocked one.
final class MountProgress: Sendable {
  private struct State: Sendable {
    var step = "begin"
    var count = 0
    var findings: [Finding]?
  }

  private let state = Monitor(State())

  /// Records the next call that may block.
  func step(_ words: String) {
    state.update { state in
      state.step = words
      state.count += 1
    }
  }

  func finish(_ findings: [Finding]) { state.update { $0.findings = findings } }

  /// Waits for the findings; returns without them if a step takes longer than the timeout.
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
