internal import LinuxSystem
public import Statistics
public import StatsTree

extension Status {
  /// Returns the status with its reason, such as `denied (EPERM)` or `stale for 3.20 s`.
  public func text(at timestamp: Timestamp) -> String {
    switch self {
    case .up, .gone: word
    case .pending: "pending (never read)"
    case .stale(let since): "stale for \(timestamp.age(of: since))"
    case .denied(let code): "denied (\(SystemError.name(of: code)))"
    }
  }

  /// The reason of the status; nil if the status has no reason.
  ///
  /// The reason of `denied` is the name of an `errno` value. The reason of `stale` is the time
  /// since which the values are stale, in nanoseconds of CLOCK_MONOTONIC.
  var reason: String? {
    switch self {
    case .up, .gone, .pending: nil
    case .stale(let since): String(since)
    case .denied(let code): SystemError.name(of: code)
    }
  }
}
