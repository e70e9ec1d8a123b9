import Statistics

/// What an aggregate sees of its members in a pass, beside their numbers.
struct AggregateReach {
  /// The windows of those that are up, and of the others that have numbers.
  private(set) var fresh = Reach()
  private(set) var held = Reach()
  private(set) var denial: Status?
  /// How many have numbers that the last sample had not.
  private(set) var newCount = 0
  /// Whether the counts of a member are less than they were.
  private(set) var mayHaveFallen = false

  /// Takes a member's status and window.
  ///
  /// - Returns: whether it has numbers.
  mutating func add(_ status: Status, _ window: Window) -> Bool {
    guard window.end > 0 else {
      if case .denied = status { denial = status }
      return false
    }
    if case .up = status { fresh.add(window) } else { held.add(window) }
    return true
  }

  /// Takes the sum of a member's counts.
  mutating func add(_ memory: MemberList.Memory, _ sum: UInt64) {
    if !memory.isCounted {
      newCount += 1
    } else if sum < memory.sum {
      mayHaveFallen = true
    }
  }
}

/// The time from the first begin to the last end of windows.
struct Reach {
  private var begin = UInt64.max
  private var end: UInt64 = 0

  mutating func add(_ window: Window) {
    begin = min(begin, window.begin)
    end = max(end, window.end)
  }

  /// Nil of no windows.
  var window: Window? { end > 0 ? Window(begin: begin, end: end) : nil }
}
