import LinuxSystem

/// One moment by two clocks, in nanoseconds.
public struct RRDClocks: Hashable, Sendable {
  /// CLOCK_MONOTONIC, in which windows are.
  public var monotonic: UInt64
  /// CLOCK_REALTIME, in which plugins write.
  public var realtime: UInt64

  public init(monotonic: UInt64, realtime: UInt64) {
    self.monotonic = monotonic
    self.realtime = realtime
  }

  /// This moment.
  public static var now: RRDClocks {
    RRDClocks(monotonic: monotonicNanoseconds(), realtime: wallNanoseconds())
  }

  /// A time of CLOCK_REALTIME by the other clock, as far as it was after the boot and is not to come.
  func monotonic(of time: UInt64) -> UInt64 {
    let age = realtime > time ? realtime - time : 0
    // 0 is a window that never was.
    return age < monotonic ? monotonic - age : 1
  }
}
