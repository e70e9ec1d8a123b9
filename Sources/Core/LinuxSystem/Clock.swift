import Glibc

/// Returns the time on CLOCK_MONOTONIC in nanoseconds (clock_gettime(2)).
///
/// The call takes about 20 ns and makes no system call.
@inline(__always)
public func monotonicNanoseconds() -> UInt64 {
  var now = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &now)
  return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
}

/// Returns the time on CLOCK_REALTIME in nanoseconds since 1970, for display and export only.
public func realtimeNanoseconds() -> UInt64 {
  var now = timespec()
  unsafe clock_gettime(CLOCK_REALTIME, &now)
  return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
}

/// Sleeps for a duration in nanoseconds, even if signals arrive (nanosleep(2)).
///
/// `nil` means forever.
public func sleepNanoseconds(_ duration: UInt64?) {
  let end = duration.map { monotonicNanoseconds() &+ $0 }
  while true {
    let now = monotonicNanoseconds()
    if let end, now >= end { return }
    let rest = min(end.map { $0 - now } ?? UInt64.max, 1_000_000_000_000)
    var time = timespec(tv_sec: Int(rest / 1_000_000_000), tv_nsec: Int(rest % 1_000_000_000))
    unsafe nanosleep(&time, nil)
  }
}

/// Formats a time on CLOCK_REALTIME as the local time of day, `HH:MM:SS` (localtime_r(3)).
public func localTimeText(_ realtimeNanoseconds: UInt64) -> String {
  var seconds = time_t(realtimeNanoseconds / 1_000_000_000)
  var parts = unsafe tm()
  guard unsafe localtime_r(&seconds, &parts) != nil else { return "--:--:--" }
  func pad(_ value: CInt) -> String { value < 10 ? "0\(value)" : "\(value)" }
  return unsafe "\(pad(parts.tm_hour)):\(pad(parts.tm_min)):\(pad(parts.tm_sec))"
}
