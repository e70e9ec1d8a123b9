import LinuxSystem

/// Computes when the next exit of a vCPU is due.
struct ExitSchedule {
  private let interval: UInt64?
  private var due = monotonicNanoseconds()

  init(limitPerSecond: Int?) {
    interval = limitPerSecond.map { 1_000_000_000 / UInt64($0) }
  }

  /// Returns the time of the next exit, or `nil` if the vCPU need not wait.
  ///
  /// A vCPU that is up to 100 ms late makes the missed exits without waiting. The schedule skips
  /// exits that are more than 100 ms late.
  mutating func next() -> UInt64? {
    guard let interval else { return nil }
    let now = monotonicNanoseconds()
    due = max(due + interval, now > 100_000_000 ? now - 100_000_000 : 0)
    return due > now ? due : nil
  }
}
