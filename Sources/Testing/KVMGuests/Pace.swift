/// How often a vCPU leaves its guest.
public enum Pace: Hashable, Sendable {
  /// 2,000 exits per second for port I/O and MMIO, 100 halts per second for the timer, and as
  /// fast as possible for a counted payload.
  case usual
  /// At most so many exits or halts per second.
  case perSecond(Int)
  /// As fast as possible, but for the timer, which stays at 100: a busy vCPU takes a whole CPU of
  /// the host.
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

extension Pace: CustomStringConvertible, LosslessStringConvertible {
  /// The pace of a command-line argument: `usual`, `unlimited` or a number per second.
  public init?(_ text: String) {
    switch text {
    case "usual": self = .usual
    case "unlimited": self = .unlimited
    default:
      guard let count = Int(text), count >= 1 else { return nil }
      self = .perSecond(count)
    }
  }

  public var description: String {
    switch self {
    case .usual: "usual"
    case .unlimited: "unlimited"
    case .perSecond(let count): "\(count)"
    }
  }
}
