/// A footnote of a value: a mark after the value, and an explanation of the mark.
public enum Footnote: Hashable, Sendable, CaseIterable {
  /// The time counted in the interval includes time that was spent before the interval.
  case exceedsInterval
  /// The counter was reset in the interval.
  case afterReset
  /// A wait is in progress. The time of a wait is counted when the wait ends.
  case ongoing

  /// The mark, which is one character.
  public var mark: String {
    switch self {
    case .exceedsInterval: "*"
    case .afterReset: "!"
    case .ongoing: "~"
    }
  }

  /// The explanation, which begins with the mark.
  public var text: String {
    switch self {
    case .exceedsInterval:
      "* more time was counted than the interval has: time is counted when a wait ends, and part"
        + " of it belongs to earlier intervals"
    case .afterReset: "! the counter was reset in the interval: the value is a lower bound"
    case .ongoing: "~ a wait is in progress: its time is counted when it ends"
    }
  }
}
