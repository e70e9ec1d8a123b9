/// The time of the values of a file, in one of two forms.
public enum RRDTimestamp: Hashable, Sendable {
  /// Whole seconds since 1970, rounded down. xcp-rrdd before October 2024 and other writers use
  /// this form.
  case seconds(UInt64)
  /// A floating point number of seconds since 1970.
  case fractional(Double)

  /// Interprets the eight bytes of a timestamp.
  ///
  /// A number below 2^40 is taken as whole seconds, because it would be practically 0 as a floating
  /// point number.
  ///
  /// - Returns: `nil` if the number is negative, NaN, infinite or after the year 36812.
  public init?(_ raw: UInt64) {
    if raw < 1 << 40 {
      self = .seconds(raw)
      return
    }
    let value = Double(bitPattern: raw)
    guard value.isFinite, value >= 0, value < 0x1p40 else { return nil }
    self = .fractional(value)
  }

  /// The interval on CLOCK_REALTIME, in nanoseconds, in which the values were read.
  ///
  /// Whole seconds give an interval of one second. The result is `nil` if the time in nanoseconds
  /// exceeds 64 bits.
  public var realtime: (begin: UInt64, end: UInt64)? {
    switch self {
    case .seconds(let seconds):
      let (begin, isOver) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
      return isOver || begin > .max - 999_999_999 ? nil : (begin, begin + 999_999_999)
    case .fractional(let seconds):
      let whole = seconds.rounded(.down)
      guard whole < 18_000_000_000 else { return nil }
      // The difference is exact and less than 1.
      let rest = UInt64((seconds - whole) * 1e9)
      let time = UInt64(whole) * 1_000_000_000 + rest
      return (time, time)
    }
  }
}
