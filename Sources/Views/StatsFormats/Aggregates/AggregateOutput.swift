public import Statistics

/// Selects what a view writes for each statistic of an aggregate.
public enum AggregateOutput: Hashable, Sendable {
  /// The result of a function over the members' values or rates.
  ///
  /// The result of `sum` is the aggregate's own value. In this value, counts and levels are added,
  /// histograms are merged, and members are counted by state.
  case function(AggregateFunction)
  /// The value of each member.
  case list

  /// Parses the name of a function or the word `list`.
  public init?(name: String) {
    guard let output = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = output
  }

  /// The name of the function, or the word `list`.
  public var name: String {
    switch self {
    case .function(let function): function.rawValue
    case .list: "list"
    }
  }

  /// The function; `nil` for `list`.
  public var function: AggregateFunction? {
    if case .function(let function) = self { function } else { nil }
  }
}

extension AggregateOutput: CaseIterable {
  public static var allCases: [AggregateOutput] {
    AggregateFunction.allCases.map { .function($0) } + [.list]
  }
}

extension AggregateFunction {
  /// Whether the result is the value of one member, as for `min` and `max`.
  package var picksMember: Bool { self == .minimum || self == .maximum }
}
