/// The result of a step: a number or a truth value.
///
/// An unknown value is `nil`.
struct FormulaItem {
  enum Content {
    case number(Double?, Dimension?)
    case truth(Bool?)
  }

  var content: Content
  /// The indices of the steps that make the result unknown; empty if the result is known.
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

/// Executes the steps of a formula with a stack.
///
/// Both the evaluation and the check of a formula use this type. The operands have values in an
/// evaluation, but only dimensions in a check.
struct FormulaEvaluator {
  /// A step whose operands have incompatible units.
  struct UnitMismatch {
    let position: Int
    let step: FormulaStep
    let reason: String
  }

  private var stack: [FormulaItem] = []

  /// Executes all steps.
  ///
  /// - Parameters:
  ///   - steps: The steps of the formula.
  ///   - operand: Returns the value of a statistic or state, given the index of the step and the
  ///     step itself.
  ///   - unitMismatch: Called if the operands of a step have incompatible units. The result of this
  ///     step is unknown.
  /// - Returns: The result of the last step.
  /// - Throws: The errors of `operand` and `unitMismatch`.
  mutating func run<Failure: Error>(
    _ steps: [FormulaStep], operand: (Int, FormulaStep) throws(Failure) -> FormulaItem,
    unitMismatch: (UnitMismatch) throws(Failure) -> Void
  ) throws(Failure) -> FormulaItem {
    for (position, step) in steps.enumerated() {
      switch step.operation {
      case .number(let value, let dimension): stack.append(.number(value, dimension))
      case .statistic, .state:
        var item = try operand(position, step)
        if item.isUnknown { item.causes = [position] }
        stack.append(item)
      case .negate:
        let operand = pop()
        let (value, dimension) = operand.number
        push(.number(value.map { -$0 }, dimension), [operand])
      case .not:
        let operand = pop()
        push(.truth(operand.truth.map { !$0 }), [operand])
      case .and, .or: applyLogic(isAnd: step.operation == .and)
      case .multiply, .divide: applyProduct(step, position)
      case .add, .subtract, .otherwise, .compare:
        if let reason = applySum(step, position) {
          try unitMismatch(UnitMismatch(position: position, step: step, reason: reason))
        }
      }
    }
    return pop()
  }

  private mutating func pop() -> FormulaItem { stack.popLast() ?? .truth(nil) }

  /// Pushes a result.
  ///
  /// The causes of an unknown result are the causes of the operands, and `cause`.
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

  /// Applies `and` or `or` in Kleene's three-valued logic.
  private mutating func applyLogic(isAnd: Bool) {
    let (right, left) = (pop(), pop())
    if left.truth == !isAnd || right.truth == !isAnd {
      stack.append(.truth(!isAnd))
    } else {
      push(.truth(left.isUnknown || right.isUnknown ? nil : isAnd), [left, right])
    }
  }

  private mutating func applyProduct(_ step: FormulaStep, _ position: Int) {
    let (right, left) = (pop(), pop())
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
    if let lhs = left.number.value, let rhs = right.number.value {
      let result = isProduct ? lhs * rhs : lhs / rhs
      if result.isFinite { value = result } else { cause = position }
    }
    push(.number(value, dimension), [left, right], cause: cause)
  }

  /// Applies `+`, `-`, `??` or a comparison, which all need operands with compatible units.
  ///
  /// - Returns: The description of the error if the units are incompatible; otherwise `nil`.
  private mutating func applySum(_ step: FormulaStep, _ position: Int) -> String? {
    let (right, left) = (pop(), pop())
    let dimension = left.number.dimension ?? right.number.dimension
    if let lhs = left.number.dimension, let rhs = right.number.dimension,
      !lhs.isCompatible(with: rhs)
    {
      let isTruth = if case .compare = step.operation { true } else { false }
      push(isTruth ? .truth(nil) : .number(nil, dimension), [left, right], cause: position)
      return "incompatible units: \(lhs) and \(rhs)"
    }
    let values = (left.number.value, right.number.value)
    switch (step.operation, values) {
    case (.otherwise, _):
      push(.number(values.0 ?? values.1, dimension), [left, right])
    case (.compare(let comparison), (let lhs?, let rhs?)):
      stack.append(.truth(comparison.holds(lhs, rhs)))
    case (.compare, _): push(.truth(nil), [left, right])
    case (let operation, (let lhs?, let rhs?)):
      push(.number(operation == .add ? lhs + rhs : lhs - rhs, dimension), [left, right])
    default: push(.number(nil, dimension), [left, right])
    }
    return nil
  }
}
