/// How the members of an aggregate are, in the last pass.
public struct Members: Hashable, Sendable {
  /// Those that it has now, whatever their state.
  public var count = 0
  public var upCount = 0
  /// Those whose last numbers are of before; they count with those.
  public var staleCount = 0
  public var deniedCount = 0
  public var goneCount = 0
  /// Those that left; what their cumulative statistics had last is in the sums for ever.
  public var departedCount = 0

  public init() {}

  mutating func add(_ status: Status) {
    count += 1
    switch status {
    case .up: upCount += 1
    case .stale: staleCount += 1
    case .denied: deniedCount += 1
    case .gone: goneCount += 1
    }
  }
}
