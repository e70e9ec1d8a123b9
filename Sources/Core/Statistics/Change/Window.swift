/// The span of time in which a group's values were read, in nanoseconds of CLOCK_MONOTONIC.
///
/// Every value was current at some moment of it; which one is not known.
public struct Window: Hashable, Sendable {
  public var begin: UInt64
  public var end: UInt64

  /// - Precondition: `begin <= end`.
  public init(begin: UInt64, end: UInt64) {
    precondition(begin <= end, "a window that ends before it begins")
    self.begin = begin
    self.end = end
  }

  /// The moment that is the least wrong for all values.
  public var middle: UInt64 { begin + (end - begin) / 2 }
}

/// The time between two windows: as short or as long as they allow.
public struct Interval: Hashable, Sendable {
  /// From the end of the first to the begin of the second; 0 where they overlap.
  public let shortest: UInt64
  /// From the begin of the first to the end of the second.
  public let longest: UInt64
  /// From the middle of the first to the middle of the second.
  public let nominal: UInt64

  /// The interval from `earlier` to `later`, or nil where `later` is not later: where it is the
  /// same window, or begins or ends before the other does.
  public init?(from earlier: Window, to later: Window) {
    guard later.begin >= earlier.begin, later.end >= earlier.end, later != earlier else {
      return nil
    }
    shortest = later.begin > earlier.end ? later.begin - earlier.end : 0
    longest = later.end - earlier.begin
    nominal = later.middle - earlier.middle
  }
}
