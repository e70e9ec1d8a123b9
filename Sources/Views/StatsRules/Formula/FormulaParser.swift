/// Translates the tokens of a formula to steps for a stack machine.
///
/// This is a recursive descent parser. Parentheses, `not` and the unary minus can be nested, at
/// most `maximumDepth` levels deep.
struct FormulaParser {
  /// A parsed part of the formula: the kind of the part's result, and the position of the part.
  private struct Part {
    let kind: Formula.ResultKind
    let range: Range<Int>

    func joined(_ other: Part, _ kind: Formula.ResultKind) -> Part {
      Part(kind: kind, range: range.lowerBound..<other.range.upperBound)
    }
  }

  /// The maximum nesting depth.
  static let maximumDepth = 50
  private static let comparisons = ["<", "<=", ">", ">=", "==", "!="]

  private let text: String
  private var tokens: [FormulaToken]
  private var next = 0
  private var steps: [FormulaStep] = []

  init(_ text: String) throws(FormulaError) {
    guard text.utf8.count <= Formula.maximumByteCount else {
      throw FormulaError(
        text, Formula.maximumByteCount..<text.utf8.count,
        "formula exceeds \(Formula.maximumByteCount) bytes")
    }
    self.text = text
    var lexer = FormulaLexer(text)
    tokens = try lexer.tokens()
  }

  private var token: FormulaToken { tokens[next] }

  mutating func parse(_ kind: Formula.ResultKind) throws(FormulaError) -> [FormulaStep] {
    if token.content == .end { throw error(token.range, "expected a formula") }
    let whole = try disjunction(depth: 0)
    guard token.content == .end else {
      throw error(token.range, unexpectedToken)
    }
    try require(kind, whole)
    return steps
  }

  /// The description of the error that the current token causes after a complete formula.
  private var unexpectedToken: String {
    switch token.content {
    case .symbol(")"): "unexpected ')'; no matching '('"
    case .symbol(let symbol): "unexpected '\(symbol)'"
    default: "expected 'and', 'or' or an operator"
    }
  }

  // MARK: - Conditions

  private mutating func disjunction(depth: Int) throws(FormulaError) -> Part {
    var left = try conjunction(depth: depth)
    while let range = consume(word: "or") {
      try require(.condition, left)
      let right = try conjunction(depth: depth)
      try require(.condition, right)
      add(.or, range)
      left = left.joined(right, .condition)
    }
    return left
  }

  private mutating func conjunction(depth: Int) throws(FormulaError) -> Part {
    var left = try negation(depth: depth)
    while let range = consume(word: "and") {
      try require(.condition, left)
      let right = try negation(depth: depth)
      try require(.condition, right)
      add(.and, range)
      left = left.joined(right, .condition)
    }
    return left
  }

  private mutating func negation(depth: Int) throws(FormulaError) -> Part {
    guard let range = consume(word: "not") else { return try comparison(depth: depth) }
    try limit(depth, range)
    let operand = try negation(depth: depth + 1)
    try require(.condition, operand)
    add(.not, range)
    return Part(kind: .condition, range: range.lowerBound..<operand.range.upperBound)
  }

  private mutating func comparison(depth: Int) throws(FormulaError) -> Part {
    let left = try sum(depth: depth)
    guard let (symbol, range) = consume(symbols: Self.comparisons),
      let comparison = Comparison(rawValue: symbol)
    else { return left }
    try require(.number, left)
    let right = try sum(depth: depth)
    try require(.number, right)
    add(.compare(comparison), range)
    if case .symbol(let symbol) = token.content, Self.comparisons.contains(symbol) {
      throw error(token.range, "comparisons cannot be chained; join them with 'and'")
    }
    return left.joined(right, .condition)
  }

  // MARK: - Numbers

  private mutating func sum(depth: Int) throws(FormulaError) -> Part {
    var left = try product(depth: depth)
    while let (symbol, range) = consume(symbols: ["+", "-"]) {
      let right = try product(depth: depth)
      left = try join(left, right, symbol == "+" ? .add : .subtract, range)
    }
    return left
  }

  private mutating func product(depth: Int) throws(FormulaError) -> Part {
    var left = try alternative(depth: depth)
    while let (symbol, range) = consume(symbols: ["*", "/"]) {
      let right = try alternative(depth: depth)
      left = try join(left, right, symbol == "*" ? .multiply : .divide, range)
    }
    return left
  }

  private mutating func alternative(depth: Int) throws(FormulaError) -> Part {
    var left = try primary(depth: depth)
    while let (_, range) = consume(symbols: ["??"]) {
      let right = try primary(depth: depth)
      left = try join(left, right, .otherwise, range)
    }
    return left
  }

  private mutating func join(
    _ left: Part, _ right: Part, _ operation: FormulaOperation, _ range: Range<Int>
  ) throws(FormulaError) -> Part {
    try require(.number, left)
    try require(.number, right)
    add(operation, range)
    return left.joined(right, .number)
  }

  private mutating func primary(depth: Int) throws(FormulaError) -> Part {
    let first = token
    next += 1
    switch first.content {
    case .number(let value, let dimension):
      add(.number(value, dimension), first.range)
      return Part(kind: .number, range: first.range)
    case .quoted(let name):
      add(.statistic(.value, name: name), first.range)
      return Part(kind: .number, range: first.range)
    case .symbol("("):
      try limit(depth, first.range)
      let inner = try disjunction(depth: depth + 1)
      guard let (_, end) = consume(symbols: [")"]) else {
        throw error(first.range, "unmatched '('")
      }
      return Part(kind: inner.kind, range: first.range.lowerBound..<end.upperBound)
    case .symbol("-"):
      try limit(depth, first.range)
      let operand = try primary(depth: depth + 1)
      try require(.number, operand)
      add(.negate, first.range)
      return Part(kind: .number, range: first.range.lowerBound..<operand.range.upperBound)
    case .word(let word):
      return try self.word(word, first.range)
    case .end:
      next -= 1
      throw error(first.range, "unexpected end; expected a number or a statistic")
    case .symbol(let symbol):
      throw error(first.range, "unexpected '\(symbol)'; expected a number or a statistic")
    }
  }

  private mutating func word(_ word: String, _ range: Range<Int>) throws(FormulaError) -> Part {
    if ["and", "or", "not"].contains(word) {
      throw error(range, "unexpected '\(word)'; expected a number or a statistic")
    }
    guard case .symbol("(") = token.content else {
      if let state = StateWord(rawValue: word) {
        add(.state(state), range)
        return Part(kind: .condition, range: range)
      }
      add(.statistic(.value, name: word), range)
      return Part(kind: .number, range: range)
    }
    guard let function = StatisticFunction(word) else {
      throw error(
        range,
        "unknown function '\(word)'; expected one of rate, share, delta, value, p50 to p999")
    }
    next += 1
    let argument = token
    let name: String
    switch argument.content {
    case .word(let word): name = word
    case .quoted(let quoted): name = quoted
    default: throw error(argument.range, "expected the name of a statistic")
    }
    next += 1
    guard let (_, end) = consume(symbols: [")"]) else {
      throw error(token.range, "expected ')'; \(word) has one argument")
    }
    let whole = range.lowerBound..<end.upperBound
    add(.statistic(function, name: name), whole)
    return Part(kind: .number, range: whole)
  }

  // MARK: - Tokens

  private mutating func consume(word: String) -> Range<Int>? {
    guard token.content == .word(word) else { return nil }
    defer { next += 1 }
    return token.range
  }

  private mutating func consume(symbols: [String]) -> (String, Range<Int>)? {
    guard case .symbol(let symbol) = token.content, symbols.contains(symbol) else { return nil }
    defer { next += 1 }
    return (symbol, token.range)
  }

  private mutating func add(_ operation: FormulaOperation, _ range: Range<Int>) {
    steps.append(FormulaStep(operation: operation, range: range))
  }

  private func limit(_ depth: Int, _ range: Range<Int>) throws(FormulaError) {
    guard depth < Self.maximumDepth else {
      throw error(range, "nesting exceeds \(Self.maximumDepth) levels")
    }
  }

  private func require(_ kind: Formula.ResultKind, _ part: Part) throws(FormulaError) {
    guard part.kind != kind else { return }
    throw error(
      part.range,
      kind == .condition
        ? "expected a condition, found a number; compare it, for example rate(exits) > 1000/s"
        : "expected a number, found a condition")
  }

  private func error(_ range: Range<Int>, _ reason: String) -> FormulaError {
    FormulaError(text, range, reason)
  }
}
