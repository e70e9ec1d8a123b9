/// What a view makes of the values of an aggregate's members.
public enum AggregateFunction: String, CaseIterable, Hashable, Sendable {
  /// What the aggregate has: counts and levels added, histograms merged, states counted by name.
  case sum
  case minimum = "min"
  case maximum = "max"
  /// The sum by the number of members that have a value.
  case average = "avg"
  /// How many members have 0, or did not move.
  case countZero = "zero"
  /// Each member's own.
  case list

  /// The functions that make one number of many.
  static let folds: [AggregateFunction] = [.sum, .minimum, .maximum, .average, .countZero]

  /// Whether its answer is the number of one member.
  package var picksMember: Bool { self == .minimum || self == .maximum }
}
