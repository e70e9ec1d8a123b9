/// How often a vCPU leaves its guest.
public enum Pace: Hashable, Sendable {
  /// 2,000 exits per second for port I/O and MMIO, 100 halts per second for the timer, and as
  /// fast as possible for a counted payload.
  case usual
  /// At most so many exits or halts per second.
  case perSecond(Int)
  /// As fast as possible: a busy vCPU takes a whole CPU of the host.
  case unlimited

  /// Exits or halts per second, or nil where there is no limit.
  func limit(for payload: Payload) -> Int? {
    switch (self, payload) {
    case (.perSecond(let count), _): max(count, 1)
    case (_, .haltTimer): 100
    case (.usual, .portIO), (.usual, .mmio): 2000
    default: nil
    }
  }
}
