import Statistics

/// Summarizes the statuses and windows of an aggregate's members in one sample.
struct MemberSummary {
  /// The windows of the members that are up; `otherWindows` is for the other members with values.
  private(set) var upWindows = WindowRange()
  private(set) var otherWindows = WindowRange()
  /// The status of a member that is denied and was never read.
  private(set) var denial: Status?
  /// The number of members whose values the previous sample of the aggregate did not include.
  private(set) var newCount = 0
  /// Whether the sum of a member's counts fell, so that a reset is possible.
  private(set) var mayHaveFallen = false

  /// Adds the status and window of a member.
  ///
  /// - Returns: `true` if the member has values.
  mutating func add(_ status: Status, _ window: Window) -> Bool {
    guard window.end > 0 else {
      if case .denied = status { denial = status }
      return false
    }
    if case .up = status { upWindows.add(window) } else { otherWindows.add(window) }
    return true
  }

  /// Compares the sum of a member's counts with the sum in the previous sample.
  mutating func add(_ state: MemberList.State, _ sum: UInt64) {
    if !state.isCounted {
      newCount += 1
    } else if sum < state.sum {
      mayHaveFallen = true
    }
  }
}

/// The time from the earliest begin to the latest end of several windows.
struct WindowRange {
  private var begin = UInt64.max
  private var end: UInt64 = 0

  mutating func add(_ window: Window) {
    begin = min(begin, window.begin)
    end = max(end, window.end)
  }

  /// The range as one window, or `nil` if no window was added.
  var window: Window? { end > 0 ? Window(begin: begin, end: end) : nil }
}
