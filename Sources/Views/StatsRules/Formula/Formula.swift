/// A condition or number computed from the statistics of one source, such as
/// `rate(exits) > 1000/s`.
///
/// Parse a formula once and evaluate it often.
///
/// - Complexity: Evaluation is O(*n*) in the number of tokens.
public struct Formula: Hashable, Sendable {
  /// The kind of a formula's result.
  public enum ResultKind: Hashable, Sendable {
    /// A truth value.
    case condition
    /// A number with a dimension.
    case number
  }

  /// The maximum length of the text, in bytes.
  public static let maximumByteCount = 4096

  /// The text as written by the user.
  public let text: String
  let steps: [FormulaStep]

  /// Parses a formula whose result must have the given kind.
  public init(_ text: String, _ kind: ResultKind) throws(FormulaError) {
    var parser = try FormulaParser(text)
    steps = try parser.parse(kind)
    self.text = text
  }

  /// The names of the statistics, without duplicates, in the order of the text.
  public var names: [String] {
    var names: [String] = []
    for step in steps {
      if case .statistic(_, let name) = step.operation, !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// The parts of the formula that refer to a statistic, such as `rate(exits)`, without duplicates.
  public var terms: [Formula] {
    var terms: [Formula] = []
    let bytes = Array(text.utf8)
    for step in steps {
      guard case .statistic = step.operation else { continue }
      let alone = FormulaStep(operation: step.operation, range: 0..<step.range.count)
      let term = Formula(
        text: String(decoding: bytes[step.range], as: UTF8.self), steps: [alone])
      if !terms.contains(term) { terms.append(term) }
    }
    return terms
  }

  private init(text: String, steps: [FormulaStep]) {
    self.text = text
    self.steps = steps
  }
}
