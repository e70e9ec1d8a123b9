import CVitals

/// The status of a source's or group's values, as the publisher reports it.
public enum TableStatus: Hashable, Sendable {
  case up
  /// The values are not updated since the given time, in nanoseconds of CLOCK_MONOTONIC.
  case stale(since: UInt64)
  /// The publisher was denied access to the values; `code` is the `errno` value.
  case denied(code: Int32)
  case gone
  /// A status that a later version defines, as its raw value.
  case unknown(UInt32)

  /// The words to store in the fields `status` and `status_since_ns`.
  var words: (status: UInt64, since: UInt64) {
    switch self {
    case .up: (UInt64(VITALS_UP.rawValue), 0)
    case .stale(let since): (UInt64(VITALS_STALE.rawValue), since)
    case .denied(let code):
      (UInt64(VITALS_DENIED.rawValue) | UInt64(UInt32(bitPattern: code)) << 32, 0)
    case .gone: (UInt64(VITALS_GONE.rawValue), 0)
    case .unknown(let raw): (UInt64(raw), 0)
    }
  }

  init(word: UInt64, since: UInt64) {
    let number = UInt32(truncatingIfNeeded: word)
    self =
      switch number {
      case VITALS_UP.rawValue: .up
      case VITALS_STALE.rawValue: .stale(since: since)
      case VITALS_DENIED.rawValue:
        .denied(code: Int32(bitPattern: UInt32(truncatingIfNeeded: word >> 32)))
      case VITALS_GONE.rawValue: .gone
      default: .unknown(number)
      }
  }
}
