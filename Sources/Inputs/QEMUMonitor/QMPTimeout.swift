/// How long a pass waits for one monitor, by what the monitor did before.
///
/// A monitor that answers late is waited for half as long with each time in a row. One that does
/// not even greet is tried seldom, and then for a moment only. Both get the whole time again
/// once they have answered in time.
struct QMPTimeout: Hashable, Sendable {
  /// The most that a pass waits, in nanoseconds.
  let longest: UInt64
  private var lateInARow: UInt64 = 0
  private var silentInARow: UInt64 = 0
  /// Until when it is not tried.
  private(set) var restsUntil: UInt64 = 0

  init(longest: UInt64) {
    self.longest = longest
  }

  /// The time that it is waited for in the next pass; a healthy QEMU needs 1 or 2 ms.
  var allowance: UInt64 {
    let least = longest / 16
    return silentInARow > 0 ? least : max(longest >> lateInARow, least)
  }

  mutating func wasInTime() {
    self = QMPTimeout(longest: longest)
  }

  /// It has greeted, and its answer is still to come.
  mutating func wasLate() {
    silentInARow = 0
    lateInARow += 1
  }

  /// It has not greeted: it rests 1, 2, 4 and so on to 64 seconds.
  mutating func wasSilent(at now: UInt64) {
    restsUntil = now + 1_000_000_000 << min(silentInARow, 6)
    silentInARow += 1
  }
}
