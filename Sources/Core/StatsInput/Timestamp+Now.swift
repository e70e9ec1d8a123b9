import LinuxSystem
public import Statistics

extension Timestamp {
  /// The current time on CLOCK_MONOTONIC and CLOCK_REALTIME.
  public static var now: Timestamp {
    Timestamp(monotonic: monotonicNanoseconds(), realtime: realtimeNanoseconds())
  }
}
