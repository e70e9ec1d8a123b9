import Glibc

/// Nanoseconds of CLOCK_MONOTONIC (clock_gettime(2)); about 20 ns, without a system call.
@inline(__always)
public func monotonicNanoseconds() -> UInt64 {
  var now = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &now)
  return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
}

/// Nanoseconds of CLOCK_REALTIME, for people and exports only.
public func wallNanoseconds() -> UInt64 {
  var now = timespec()
  unsafe clock_gettime(CLOCK_REALTIME, &now)
  return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
}
