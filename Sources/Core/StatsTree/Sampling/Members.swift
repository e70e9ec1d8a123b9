/// The number of an aggregate's members by status in the last pass.
public struct Members: Hashable, Sendable {
  /// The current members, whatever their status.
  public var count = 0
  public var upCount = 0
  /// Members with values of an earlier pass, which still count, and members never read.
  public var staleCount = 0
  public var deniedCount = 0
  public var goneCount = 0
  /// Members that left; the sums keep the last values of their cumulative statistics.
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
