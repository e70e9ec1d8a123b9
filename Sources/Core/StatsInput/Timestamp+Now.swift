import LinuxSystem
public import Statistics

extension Timestamp {
  /// The current time on both clocks.
  public static var now: Timestamp {
    Timestamp(monotonic: monotonicNanoseconds(), realtime: realtimeNanoseconds())
  }
}
