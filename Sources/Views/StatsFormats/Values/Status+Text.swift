public import StatsTree

extension Status {
  /// The status with its reason, for a person: `denied (EPERM)`, `stale for 3.20 s`.
  public func text(at moment: Timestamp) -> String {
    switch self {
    case .up, .gone: word
    case .stale(since: 0): "stale (never read)"
    case .stale(let since): "stale for \(moment.age(of: since))"
    case .denied(let code): "denied (\(ErrorName(code)))"
    }
  }

  /// The reason alone: an `errno` name, or since when in nanoseconds; nil where there is none.
  var reason: String? {
    switch self {
    case .up, .gone, .stale(since: 0): nil
    case .stale(let since): String(since)
    case .denied(let code): ErrorName(code).description
    }
  }
}
