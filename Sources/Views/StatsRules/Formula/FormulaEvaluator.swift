/// What a step of a formula gives: a number or a truth, each of which may be unknown.
struct FormulaItem {
  enum Content {
    case number(Double?, Dimension?)
    case truth(Bool?)
  }

  var content: Content
  /// The steps for which it is unknown; empty where it is known.
  var causes: [Int] = []

  static func number(_ value: Double?, _ dimension: Dimension?) -> FormulaItem {
    FormulaItem(content: .number(value, dimension))
  }

  static func truth(_ value: Bool?) -> FormulaItem { FormulaItem(content: .truth(value)) }

  var number: (value: Double?, dimension: Dimension?) {
    guard case .number(let value, let dimension) = content else { return (nil, nil) }
    return (value, dimension)
  }

  var truth: Bool? {
    guard case .truth(let truth) = content else { return nil }
    return truth
  }

  var isUnknown: Bool {
    switch content {
    case .number(let value, _): value == nil
    case .truth(let truth): truth == nil
    }
  }
}

/// Runs the steps of a formula over a stack.
///
/// It serves evaluation, where operands have values, and the check before it, where they have only
/// dimensions.
struct FormulaEvaluator {
  /// Two numbers that do not go together.
  struct Misfit {
    let position: Int
    let step: FormulaStep
    let reason: String
  }

  private var stack: [FormulaItem] = []

  /// Runs all steps.
  ///
  /// - Parameters:
  ///   - steps: the formula's.
  ///   - operand: gives the statistic or state of a step at a position.
  ///   - misfit: is told where units do not go together; the result is then unknown.
  /// - Returns: what the last step gave.
  /// - Throws: what `operand` and `misfit` throw.
  mutating func run<Flaw: Error>(
    _ steps: [FormulaStep], operand: (Int, FormulaStep) throws(Flaw) -> FormulaItem,
    misfit: (Misfit) throws(Flaw) -> Void
  ) throws(Flaw) -> FormulaItem {
    for (position, step) in steps.enumerated() {
      switch step.operation {
      case .number(let value, let dimension): stack.append(.number(value, dimension))
      case .statistic, .state:
        var item = try operand(position, step)
        if item.isUnknown { item.causes = [position] }
        stack.append(item)
      case .negate:
        let operand = take()
        let (value, dimension) = operand.number
        push(.number(value.map { -$0 }, dimension), [operand])
      case .not:
        let operand = take()
        push(.truth(operand.truth.map { !$0 }), [operand])
      case .and, .or: connect(isAnd: step.operation == .and)
      case .multiply, .divide: scale(step, position)
      case .add, .subtract, .otherwise, .compare:
        if let reason = combine(step, position) {
          try misfit(Misfit(position: position, step: step, reason: reason))
        }
      }
    }
    return take()
  }

  private mutating func take() -> FormulaItem { stack.popLast() ?? .truth(nil) }

  /// Puts a result on the stack; where it is unknown, it is so for what its operands are.
  private mutating func push(
    _ result: FormulaItem, _ operands: [FormulaItem], cause: Int? = nil
  ) {
    var result = result
    if result.isUnknown {
      result.causes = operands.flatMap(\.causes)
      if let cause { result.causes.append(cause) }
    }
    stack.append(result)
  }

  /// Kleene's three values: what decides alone decides, else the unknown stays.
  private mutating func connect(isAnd: Bool) {
    let (right, left) = (take(), take())
    if left.truth == !isAnd || right.truth == !isAnd {
      stack.append(.truth(!isAnd))
    } else {
      push(.truth(left.isUnknown || right.isUnknown ? nil : isAnd), [left, right])
    }
  }

  private mutating func scale(_ step: FormulaStep, _ position: Int) {
    let (right, left) = (take(), take())
    let isProduct = step.operation == .multiply
    let dimension: Dimension? =
      if left.number.dimension == nil, right.number.dimension == nil {
        nil
      } else {
        (left.number.dimension ?? .ratio)
          .times(right.number.dimension ?? .ratio, power: isProduct ? 1 : -1)
      }
    var value: Double?
    var cause: Int?
    if let one = left.number.value, let other = right.number.value {
      let exact = isProduct ? one * other : one / other
      if exact.isFinite { value = exact } else { cause = position }
    }
    push(.number(value, dimension), [left, right], cause: cause)
  }

  /// Puts the result on the stack: why the operands do not fit, or nil.
  private mutating func combine(_ step: FormulaStep, _ position: Int) -> String? {
    let (right, left) = (take(), take())
    let dimension = left.number.dimension ?? right.number.dimension
    if let one = left.number.dimension, let other = right.number.dimension, !one.fits(other) {
      let isTruth = if case .compare = step.operation { true } else { false }
      push(isTruth ? .truth(nil) : .number(nil, dimension), [left, right], cause: position)
      return "\(one) and \(other) do not go together"
    }
    let values = (left.number.value, right.number.value)
    switch (step.operation, values) {
    case (.otherwise, _):
      push(.number(values.0 ?? values.1, dimension), [left, right])
    case (.compare(let comparison), (let one?, let other?)):
      stack.append(.truth(comparison.holds(one, other)))
    case (.compare, _): push(.truth(nil), [left, right])
    case (let operation, (let one?, let other?)):
      push(.number(operation == .add ? one + other : one - other, dimension), [left, right])
    default: push(.number(nil, dimension), [left, right])
    }
    return nil
  }
}
