/// The time for which a pass waits for one monitor, adapted to the monitor's behaviour.
///
/// Each late answer in a row halves the timeout. A monitor that does not greet is skipped for some
/// passes, then gets the minimum. An answer in time restores the maximum.
struct QMPTimeout: Hashable, Sendable {
  /// The maximum time for which a pass waits.
  let maximumNanoseconds: UInt64
  private var lateCount: UInt64 = 0
  private var noGreetingCount: UInt64 = 0
  /// The time until which the monitor is skipped.
  private(set) var skippedUntil: UInt64 = 0

  init(maximumNanoseconds: UInt64) {
    self.maximumNanoseconds = maximumNanoseconds
  }

  /// The timeout of the next pass; a healthy QEMU answers in 1 or 2 ms.
  var nanoseconds: UInt64 {
    let minimum = maximumNanoseconds / 16
    return noGreetingCount > 0 ? minimum : max(maximumNanoseconds >> lateCount, minimum)
  }

  /// Records an answer in time.
  mutating func recordSuccess() {
    self = QMPTimeout(maximumNanoseconds: maximumNanoseconds)
  }

  /// Records that the monitor greeted but did not answer in time.
  mutating func recordLateAnswer() {
    noGreetingCount = 0
    lateCount += 1
  }

  /// Records that the monitor did not greet; it is skipped for 1, 2, 4 and so on up to 64 seconds.
  mutating func recordNoGreeting(at now: UInt64) {
    skippedUntil = now + 1_000_000_000 << min(noGreetingCount, 6)
    noGreetingCount += 1
  }
}
