import LinuxSystem

/// When the next exits of a vCPU are due.
struct ExitSchedule {
  private let interval: UInt64?
  private var due = monotonicNanoseconds()

  init(limitPerSecond: Int?) {
    interval = limitPerSecond.map { 1_000_000_000 / UInt64($0) }
  }

  /// The time to wait for after an exit, or nil where there is nothing to wait for.
  ///
  /// A vCPU that is late by up to 100 ms catches up; one that is later starts anew.
  mutating func next() -> UInt64? {
    guard let interval else { return nil }
    let now = monotonicNanoseconds()
    due = max(due + interval, now > 100_000_000 ? now - 100_000_000 : 0)
    return due > now ? due : nil
  }
}
