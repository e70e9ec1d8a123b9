/// The rate at which a vCPU leaves its guest.
public enum Pace: Hashable, Sendable {
  /// The usual limit of the payload: 2,000 exits per second for `portIO` and `mmio`, 100 halts per
  /// second for `haltTimer`, no limit for `counted`.
  case usual
  /// A maximum number of exits or halts per second.
  case perSecond(Int)
  /// No limit, except 100 halts per second for `haltTimer`.
  ///
  /// A vCPU without a limit uses a whole CPU of the host.
  case unlimited

  /// Returns the maximum number of exits or halts per second, or `nil` for no limit.
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
  /// Parses a command-line argument: `usual`, `unlimited` or a number of exits per second.
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
