import Statistics

/// Turns times of a hypervisor's clock to those of CLOCK_MONOTONIC.
///
/// How far apart the two are is not told. A time of the hypervisor is never after the moment at which it
/// was read: the least difference that was seen is kept, which from then on is the same for all, so
/// that the time between two windows is the hypervisor's own. The earliest windows may be as much too
/// late as the first update that was seen was old.
struct HypervisorClock {
  /// What is added to the hypervisor's times.
  private var shift: Int64?

  /// The window of a time of the hypervisor that was read within `pass`.
  mutating func window(of time: UInt64, readIn pass: Window) -> Window {
    let seen = Int64(bitPattern: pass.end &- time)
    let least = min(shift ?? seen, seen)
    shift = least
    // A time before this machine began to count is its beginning.
    let moment = UInt64(max(1, Int64(bitPattern: time) &+ least))
    return Window(begin: moment, end: moment)
  }
}
