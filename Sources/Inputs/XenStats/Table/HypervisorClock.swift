import Statistics

/// Converts times of a hypervisor's clock to CLOCK_MONOTONIC.
///
/// The offset between the clocks is unknown. Because a time is never later than its reading, the
/// smallest difference seen so far is used for all times: the interval between two windows is then
/// exactly that of the hypervisor. The first windows can be late by the age of the first update.
struct HypervisorClock {
  /// The value to add to times of the hypervisor: the smallest difference seen so far.
  private var offset: Int64?

  /// Returns the window of a time of the hypervisor that was read within `pass`.
  mutating func window(of time: UInt64, readIn pass: Window) -> Window {
    let seen = Int64(bitPattern: pass.end &- time)
    let smallest = min(offset ?? seen, seen)
    offset = smallest
    // A time before the origin of CLOCK_MONOTONIC becomes the origin.
    let end = UInt64(max(1, Int64(bitPattern: time) &+ smallest))
    return Window(begin: end, end: end)
  }
}
