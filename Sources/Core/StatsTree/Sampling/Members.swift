/// The number of an aggregate's members with each status, in the last sample.
public struct Members: Hashable, Sendable {
  /// The number of current members with any status.
  public var count = 0
  public var upCount = 0
  /// The number of members that are stale or pending.
  ///
  /// The sums still include the earlier values of a stale member. A pending member has no values
  /// yet.
  public var staleCount = 0
  public var deniedCount = 0
  public var goneCount = 0
  /// The number of members that left; the sums still include the last values of their counts.
  public var departedCount = 0

  public init() {}

  mutating func add(_ status: Status) {
    count += 1
    switch status {
    case .up: upCount += 1
    case .stale, .pending: staleCount += 1
    case .denied: deniedCount += 1
    case .gone: goneCount += 1
    }
  }
}
