public import Statistics

/// The name of an aggregate's statistic, such as `exits.max`.
///
/// The name consists of the name of the members' statistic, a period and a function.
public struct AggregateName {
  /// The name of the members' statistic, or a pattern that matches several names.
  public let base: String
  public let function: AggregateFunction

  /// Splits a name at its last period.
  ///
  /// - Returns: `nil` if no function follows the period, or the name is a regular expression.
  public init?(_ name: String) {
    guard let point = name.lastIndex(of: "."),
      let function = AggregateFunction(rawValue: String(name[name.index(after: point)...])),
      point > name.startIndex, !name.hasPrefix("/")
    else { return nil }
    base = String(name[..<point])
    self.function = function
  }
}

extension AggregateFunction {
  /// Describes what the function computes from a statistic.
  func words(for name: String) -> String {
    let what =
      switch self {
      case .sum: "the sum"
      case .minimum: "the minimum"
      case .maximum: "the maximum"
      case .average: "the average, to three decimals,"
      case .countZero: "the number of zeros"
      }
    return "\(what) of the values of \(name) of an aggregate's members"
  }
}
