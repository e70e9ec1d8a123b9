import Statistics

/// The name of what a function makes of a statistic over an aggregate's members: `exits.max`.
struct AggregateName {
  /// The members' statistic, or a pattern of some.
  let base: String
  let function: FoldFunction

  /// Takes a name apart; nil where no function stands behind its last point.
  init?(_ name: String) {
    guard let point = name.lastIndex(of: "."),
      let function = FoldFunction(rawValue: String(name[name.index(after: point)...])),
      point > name.startIndex, !name.hasPrefix("/")
    else { return nil }
    base = String(name[..<point])
    self.function = function
  }
}

extension FoldFunction {
  /// What it makes of a statistic, in words.
  func words(for name: String) -> String {
    let what =
      switch self {
      case .sum: "the sum"
      case .minimum: "the least"
      case .maximum: "the greatest"
      case .average: "the average, to three decimals,"
      case .countZero: "how many are 0"
      }
    return "\(what) of the values of \(name) that the members of an aggregate have"
  }
}
