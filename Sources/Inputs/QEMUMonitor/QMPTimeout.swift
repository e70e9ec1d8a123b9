/// Computes for how long a pass (a sampling of all groups) waits for one monitor, from the
/// monitor's previous behaviour.
///
/// Each consecutive late answer halves the time, down to a minimum. A monitor that does not greet
/// is skipped for some time, and its next attempt has the minimum. An answer in time restores the
/// maximum.
struct QMPTimeout: Hashable, Sendable {
  /// The maximum time for which a pass waits.
  let maximumNanoseconds: UInt64
  private var lateCount: UInt64 = 0
  private var noGreetingCount: UInt64 = 0
  /// The time until which passes skip the monitor.
  private(set) var skippedUntil: UInt64 = 0

  init(maximumNanoseconds: UInt64) {
    self.maximumNanoseconds = maximumNanoseconds
  }

  /// The time for which the next pass waits.
  ///
  /// A QEMU that works normally answers in 1 or 2 ms.
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

  /// Records that the monitor did not greet.
  ///
  /// Passes then skip it for 1 second, next time for 2, 4 and so on up to 64 seconds.
  mutating func recordNoGreeting(at now: UInt64) {
    skippedUntil = now + 1_000_000_000 << min(noGreetingCount, 6)
    noGreetingCount += 1
  }
}
