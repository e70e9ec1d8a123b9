/// What a step of a formula gives: a number or a truth, each of which may be unknown.
enum FormulaItem {
  case number(Double?, Dimension?)
  case truth(Bool?)
}

/// Runs the steps of a formula over a stack.
///
/// It serves evaluation, where operands have values, and the check before it, where they have only
/// dimensions.
struct FormulaMachine {
  /// Two numbers that do not go together.
  struct Misfit: Error {
    let step: FormulaStep
    let reason: String
  }

  private var stack: [FormulaItem] = []
  /// Where a known number was divided by zero.
  private(set) var zeroDivisors: [FormulaStep] = []

  /// The result of all steps; `operand` gives that of a step that asks for a statistic or state.
  mutating func run<Flaw: Error>(
    _ steps: [FormulaStep], operand: (FormulaStep) throws(Flaw) -> FormulaItem,
    misfit: (Misfit) throws(Flaw) -> Void
  ) throws(Flaw) -> FormulaItem {
    for step in steps {
      switch step.operation {
      case .number(let value, let dimension): stack.append(.number(value, dimension))
      case .statistic, .state: stack.append(try operand(step))
      case .negate:
        let (value, dimension) = takeNumber()
        stack.append(.number(value.map { -$0 }, dimension))
      case .not: stack.append(.truth(takeTruth().map { !$0 }))
      case .and, .or: connect(isAnd: step.operation == .and)
      case .multiply, .divide: scale(step)
      case .add, .subtract, .otherwise, .compare:
        if let reason = combine(step) { try misfit(Misfit(step: step, reason: reason)) }
      }
    }
    return stack.popLast() ?? .truth(nil)
  }

  private mutating func takeNumber() -> (Double?, Dimension?) {
    guard case .number(let value, let dimension)? = stack.popLast() else { return (nil, nil) }
    return (value, dimension)
  }

  private mutating func takeTruth() -> Bool? {
    guard case .truth(let truth)? = stack.popLast() else { return nil }
    return truth
  }

  /// Kleene's three values: what decides alone decides, else the unknown stays.
  private mutating func connect(isAnd: Bool) {
    let (right, left) = (takeTruth(), takeTruth())
    if left == !isAnd || right == !isAnd {
      stack.append(.truth(!isAnd))
    } else {
      stack.append(.truth(left == nil || right == nil ? nil : isAnd))
    }
  }

  private mutating func scale(_ step: FormulaStep) {
    let (right, rightDimension) = takeNumber()
    let (left, leftDimension) = takeNumber()
    let isProduct = step.operation == .multiply
    let dimension: Dimension? =
      if leftDimension == nil, rightDimension == nil {
        nil
      } else {
        (leftDimension ?? .ratio).times(rightDimension ?? .ratio, power: isProduct ? 1 : -1)
      }
    guard let left, let right else {
      stack.append(.number(nil, dimension))
      return
    }
    let value = isProduct ? left * right : left / right
    if !isProduct, right == 0 { zeroDivisors.append(step) }
    stack.append(.number(value.isFinite ? value : nil, dimension))
  }

  /// Puts the result on the stack: why the operands do not fit, or nil.
  private mutating func combine(_ step: FormulaStep) -> String? {
    let (right, rightDimension) = takeNumber()
    let (left, leftDimension) = takeNumber()
    var reason: String?
    if let leftDimension, let rightDimension, !leftDimension.fits(rightDimension) {
      reason = "\(leftDimension) and \(rightDimension) do not go together"
    }
    let isFit = reason == nil
    switch step.operation {
    case .compare(let comparison):
      let holds: Bool? =
        if isFit, let left, let right { comparison.holds(left, right) } else { nil }
      stack.append(.truth(holds))
    case .otherwise:
      stack.append(.number(isFit ? left ?? right : nil, leftDimension ?? rightDimension))
    default:
      let value: Double? =
        if isFit, let left, let right {
          step.operation == .add ? left + right : left - right
        } else {
          nil
        }
      stack.append(.number(value, leftDimension ?? rightDimension))
    }
    return reason
  }
}
