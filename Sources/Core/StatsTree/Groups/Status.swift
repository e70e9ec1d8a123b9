/// Whether a group has values, and if not, the reason; a missing value is never shown as zero.
public enum Status: Hashable, Sendable {
  /// The values were read in the sample's window.
  case up
  /// The values are the last known ones, read in the sample's window.
  ///
  /// No new ones arrived since this time, in nanoseconds of CLOCK_MONOTONIC.
  case stale(since: UInt64)
  /// There are no values: a system call failed with this `errno` value.
  case denied(code: Int32)
  /// The origin of the values has ended.
  case gone
  /// The group was never read.
  case pending

  /// The status in one word: `up`, `stale`, `denied`, `gone`, `pending`.
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
