/// A condition or a number made of the statistics of one source, such as `rate(exits) > 1000/s`.
///
/// Read once, evaluated often. Evaluation takes as many steps as the text has words.
public struct Formula: Hashable, Sendable {
  /// What a formula gives.
  public enum Form: Hashable, Sendable {
    /// True or false.
    case condition
    /// A number with its dimension.
    case number
  }

  /// The longest text that is read, in bytes.
  public static let longestText = 4096

  /// As it was written.
  public let text: String
  let steps: [FormulaStep]

  /// Reads a text that gives what is asked for.
  public init(_ text: String, _ form: Form) throws(FormulaError) {
    var parser = try FormulaParser(text)
    steps = try parser.parse(form)
    self.text = text
  }

  /// The statistics that it asks for, each once, in the order of the text.
  public var names: [String] {
    var names: [String] = []
    for step in steps {
      if case .statistic(_, let name) = step.operation, !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// The parts of it that are about one statistic, as they are written, each once: `rate(exits)`.
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
