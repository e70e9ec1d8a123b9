/// A step of a formula, for a stack machine.
///
/// A step pops its operands and pushes its result.
struct FormulaStep: Hashable, Sendable {
  let operation: FormulaOperation
  /// The UTF-8 offsets of the step in the text of the formula.
  let range: Range<Int>
}

enum FormulaOperation: Hashable, Sendable {
  case number(Double, Dimension?)
  case statistic(StatisticFunction, name: String)
  case state(StateWord)
  case negate
  case add
  case subtract
  case multiply
  case divide
  /// The operator `??`. The result is the first operand, or the second operand if the first is
  /// unknown.
  case otherwise
  case compare(Comparison)
  case and
  case or
  case not
}

/// A function that a formula applies to a statistic.
enum StatisticFunction: Hashable, Sendable {
  case value
  case rate
  case share
  case delta
  /// A quantile of the samples that a histogram received in the interval. The result is the lower
  /// bound of the bucket with the quantile.
  case quantile(thousandths: Int)

  /// Parses the name of a function; `p99` and `p999` are quantiles.
  init?(_ name: String) {
    switch name {
    case "value": self = .value
    case "rate": self = .rate
    case "share": self = .share
    case "delta": self = .delta
    default:
      let digits = name.dropFirst()
      guard name.first == "p", (1...3).contains(digits.utf8.count), let number = Int(digits),
        number > 0
      else { return nil }
      self = .quantile(thousandths: digits.utf8.count == 3 ? number : number * 10)
    }
  }
}

/// A status that a formula can test.
enum StateWord: String, Hashable, Sendable {
  case denied
  case stale
}

enum Comparison: String, Hashable, Sendable {
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case equal = "=="
  case unequal = "!="

  func holds(_ lhs: Double, _ rhs: Double) -> Bool {
    switch self {
    case .less: lhs < rhs
    case .lessOrEqual: lhs <= rhs
    case .greater: lhs > rhs
    case .greaterOrEqual: lhs >= rhs
    case .equal: lhs == rhs
    case .unequal: lhs != rhs
    }
  }
}
