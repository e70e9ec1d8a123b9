public import Statistics
public import StatsTree

extension Status {
  /// Returns the status with its reason: `denied (EPERM)`, `stale for 3.20 s`.
  public func text(at timestamp: Timestamp) -> String {
    switch self {
    case .up, .gone: word
    case .stale(since: 0): "stale (never read)"
    case .stale(let since): "stale for \(timestamp.age(of: since))"
    case .denied(let code): "denied (\(ErrorName(code)))"
    }
  }

  /// The reason: an `errno` name, or since when in nanoseconds; nil if there is none.
  var reason: String? {
    switch self {
    case .up, .gone, .stale(since: 0): nil
    case .stale(let since): String(since)
    case .denied(let code): ErrorName(code).description
    }
  }
}
