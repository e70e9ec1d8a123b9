/// A mark behind a number and what it warns of.
public enum Note: Hashable, Sendable, CaseIterable {
  /// Time that was spent before the interval arrived in it.
  case arrears
  /// The count was reset in the interval.
  case afterReset
  /// Time goes on that is counted when it is over.
  case pending

  /// One character.
  public var mark: String {
    switch self {
    case .arrears: "*"
    case .afterReset: "!"
    case .pending: "~"
    }
  }

  /// The footnote, with the mark.
  public var text: String {
    switch self {
    case .arrears:
      "* more time was counted than the interval has: it is counted when a wait is over, and a"
        + " part of it belongs to intervals before"
    case .afterReset: "! after reset: at least so much"
    case .pending: "~ goes on: it is counted when it is over"
    }
  }
}
