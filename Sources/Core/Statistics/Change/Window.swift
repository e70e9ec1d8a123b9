/// The time span in which a group's values were read, in nanoseconds of CLOCK_MONOTONIC.
///
/// Every value was current at some time within the window; the exact time is unknown.
public struct Window: Hashable, Sendable {
  public var begin: UInt64
  public var end: UInt64

  /// - Precondition: `begin <= end`.
  public init(begin: UInt64, end: UInt64) {
    precondition(begin <= end, "window ends before it begins")
    self.begin = begin
    self.end = end
  }

  /// The middle of the window; as the time of a value, it has the smallest maximum error.
  public var middle: UInt64 { begin + (end - begin) / 2 }
}

/// The time between two windows; because a window has a length, the time has bounds.
public struct Interval: Hashable, Sendable {
  /// The time from the end of the first window to the beginning of the second; 0 if they overlap.
  public let shortest: UInt64
  /// The time from the beginning of the first window to the end of the second.
  public let longest: UInt64
  /// The time from the middle of the first window to the middle of the second.
  public let nominal: UInt64

  /// Computes the interval from `earlier` to `later`.
  ///
  /// The result is `nil` in three cases: the windows are equal, `later` begins before `earlier`
  /// begins, or `later` ends before `earlier` ends.
  public init?(from earlier: Window, to later: Window) {
    guard later.begin >= earlier.begin, later.end >= earlier.end, later != earlier else {
      return nil
    }
    shortest = later.begin > earlier.end ? later.begin - earlier.end : 0
    longest = later.end - earlier.begin
    nominal = later.middle - earlier.middle
  }
}
