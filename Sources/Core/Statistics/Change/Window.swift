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

  /// The time with the smallest maximum error for all values.
  public var middle: UInt64 { begin + (end - begin) / 2 }
}

/// The time between two windows, with its bounds.
public struct Interval: Hashable, Sendable {
  /// From the end of the first window to the beginning of the second; 0 if they overlap.
  public let shortest: UInt64
  /// From the beginning of the first window to the end of the second.
  public let longest: UInt64
  /// From the middle of the first window to the middle of the second.
  public let nominal: UInt64

  /// The interval from `earlier` to `later`.
  ///
  /// The result is `nil` if the windows are equal, or if `later` begins or ends before `earlier`
  /// does.
  public init?(from earlier: Window, to later: Window) {
    guard later.begin >= earlier.begin, later.end >= earlier.end, later != earlier else {
      return nil
    }
    shortest = later.begin > earlier.end ? later.begin - earlier.end : 0
    longest = later.end - earlier.begin
    nominal = later.middle - earlier.middle
  }
}
