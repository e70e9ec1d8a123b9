internal import LinuxSystem
public import Statistics
public import StatsTree

extension Status {
  /// Returns the status with its reason: `denied (EPERM)`, `stale for 3.20 s`.
  public func text(at timestamp: Timestamp) -> String {
    switch self {
    case .up, .gone: word
    case .pending: "pending (never read)"
    case .stale(let since): "stale for \(timestamp.age(of: since))"
    case .denied(let code): "denied (\(SystemError.name(of: code)))"
    }
  }

  /// The reason: an `errno` name, or since when in nanoseconds; nil if there is none.
  var reason: String? {
    switch self {
    case .up, .gone, .pending: nil
    case .stale(let since): String(since)
    case .denied(let code): SystemError.name(of: code)
    }
  }
}
