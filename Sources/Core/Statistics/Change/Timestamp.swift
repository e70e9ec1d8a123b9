/// One point in time on two clocks, in nanoseconds.
///
/// `Window` uses CLOCK_MONOTONIC. Users, files and monitoring systems use CLOCK_REALTIME.
public struct Timestamp: Hashable, Sendable {
  /// The time on CLOCK_MONOTONIC.
  public var monotonic: UInt64
  /// The time on CLOCK_REALTIME: nanoseconds since 1970, UTC.
  public var realtime: UInt64

  public init(monotonic: UInt64, realtime: UInt64) {
    self.monotonic = monotonic
    self.realtime = realtime
  }

  /// Converts a time on CLOCK_REALTIME to CLOCK_MONOTONIC.
  ///
  /// - Returns: A time from 1 to `monotonic`. The result is never 0, because a window that begins
  ///   at 0 means that the values were never read.
  package func monotonic(ofRealtime time: UInt64) -> UInt64 {
    let age = realtime > time ? realtime - time : 0
    return age < monotonic ? monotonic - age : 1
  }
}
