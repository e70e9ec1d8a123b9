/// One step of an evaluation: it takes its operands from a stack and puts its result there.
struct FormulaStep: Hashable, Sendable {
  let operation: FormulaOperation
  /// Where it stands in the text, in bytes of UTF-8.
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
  /// The first operand, or the second where the first is not known.
  case otherwise
  case compare(Comparison)
  case and
  case or
  case not
}

/// What is made of a statistic.
enum StatisticFunction: Hashable, Sendable {
  case value
  case rate
  case share
  case delta
  /// The least that the quantile of a histogram's new samples can be, in thousandths.
  case quantile(thousandths: Int)

  /// The function of a name: `p99` and `p999` are quantiles.
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

/// Whether numbers of a source can be had.
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

  func holds(_ one: Double, _ other: Double) -> Bool {
    switch self {
    case .less: one < other
    case .lessOrEqual: one <= other
    case .greater: one > other
    case .greaterOrEqual: one >= other
    case .equal: one == other
    case .unequal: one != other
    }
  }
}
