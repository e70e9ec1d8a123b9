/// Tells whether a group has values, and if not, why; a missing value is never shown as zero.
public enum Status: Hashable, Sendable {
  /// The values were read in the sample's window, which is the time span of the read.
  case up
  /// The values are the last known ones, and were read in the sample's window.
  ///
  /// No new values have arrived since the time `since`, in nanoseconds of CLOCK_MONOTONIC.
  case stale(since: UInt64)
  /// There are no values, because a system call failed with this `errno` value.
  case denied(code: Int32)
  /// The origin of the values no longer exists.
  case gone
  /// The group has not been read yet.
  case pending

  /// The status as one word: `up`, `stale`, `denied`, `gone` or `pending`.
  public var word: String {
    switch self {
    case .up: "up"
    case .stale: "stale"
    case .denied: "denied"
    case .gone: "gone"
    case .pending: "pending"
    }
  }

  /// Whether the record has values that were valid at some time.
  public var hasNumbers: Bool {
    switch self {
    case .up, .stale: true
    case .denied, .gone, .pending: false
    }
  }
}
