import Statistics

/// Converts times of a hypervisor's clock to CLOCK_MONOTONIC.
///
/// The offset between the clocks is unknown. A time is never later than the moment of its reading.
/// Therefore the difference between this moment and the time is at least the offset. The smallest
/// difference seen so far is used as the offset of all times. As long as this difference stays the
/// same, the interval between two windows is exactly the interval of the hypervisor's clock. The
/// first windows can be too late by the age of the first update.
struct HypervisorClock {
  /// The value to add to times of the hypervisor: the smallest difference between reading and time
  /// so far.
  private var offset: Int64?

  /// Returns a time of the hypervisor, which was read during `pass`, as a window on
  /// CLOCK_MONOTONIC.
  mutating func window(of time: UInt64, readIn pass: Window) -> Window {
    let seen = Int64(bitPattern: pass.end &- time)
    let smallest = min(offset ?? seen, seen)
    offset = smallest
    // A time before the origin of CLOCK_MONOTONIC is set to the origin.
    let end = UInt64(max(1, Int64(bitPattern: time) &+ smallest))
    return Window(begin: end, end: end)
  }
}
