/// Whether a group's numbers are there, and if not, why: never a made-up zero.
public enum Status: Hashable, Sendable {
  /// The numbers are of the sample's window.
  case up
  /// The numbers are the last ones known, of the sample's window; nothing came since the time, in
  /// nanoseconds of CLOCK_MONOTONIC.
  case stale(since: UInt64)
  /// There are no numbers: the system refused with this `errno` value.
  case denied(code: Int32)
  /// What had the numbers has ended.
  case gone

  /// One word: `up`, `stale`, `denied`, `gone`.
  public var word: String {
    switch self {
    case .up: "up"
    case .stale: "stale"
    case .denied: "denied"
    case .gone: "gone"
    }
  }

  /// Whether the record holds numbers that were true at some time.
  public var hasNumbers: Bool {
    switch self {
    case .up, .stale: true
    case .denied, .gone: false
    }
  }
}
