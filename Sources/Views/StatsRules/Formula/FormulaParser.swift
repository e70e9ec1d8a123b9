/// Turns the words of a formula into steps for a stack.
///
/// It calls itself only for parentheses, `not` and signs before a number, up to `deepest`.
struct FormulaParser {
  /// A part that was parsed: what it gives, and where it stands.
  private struct Part {
    let form: Formula.Form
    let range: Range<Int>

    func joined(_ other: Part, _ form: Formula.Form) -> Part {
      Part(form: form, range: range.lowerBound..<other.range.upperBound)
    }
  }

  /// The most parts in each other.
  static let deepest = 50
  private static let comparisons = ["<", "<=", ">", ">=", "==", "!="]

  private let text: String
  private var tokens: [FormulaToken]
  private var next = 0
  private var steps: [FormulaStep] = []

  init(_ text: String) throws(FormulaError) {
    guard text.utf8.count <= Formula.longestText else {
      throw FormulaError(
        text, Formula.longestText..<text.utf8.count,
        "it is longer than \(Formula.longestText) bytes")
    }
    self.text = text
    var lexer = FormulaLexer(text)
    tokens = try lexer.tokens()
  }

  private var token: FormulaToken { tokens[next] }

  mutating func parse(_ form: Formula.Form) throws(FormulaError) -> [FormulaStep] {
    if token.content == .end { throw flaw(token.range, "a formula is needed") }
    let whole = try disjunction(depth: 0)
    guard token.content == .end else {
      throw flaw(token.range, "nothing can stand here\(hint)")
    }
    try require(form, whole)
    return steps
  }

  /// What a person may have meant by two words side by side.
  private var hint: String {
    switch token.content {
    case .sign(")"): ": there is no ( for it"
    case .sign: ""
    default: " without 'and', 'or' or a sign before it"
    }
  }

  // MARK: - Conditions

  private mutating func disjunction(depth: Int) throws(FormulaError) -> Part {
    var left = try conjunction(depth: depth)
    while let range = take(word: "or") {
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
    while let range = take(word: "and") {
      try require(.condition, left)
      let right = try negation(depth: depth)
      try require(.condition, right)
      add(.and, range)
      left = left.joined(right, .condition)
    }
    return left
  }

  private mutating func negation(depth: Int) throws(FormulaError) -> Part {
    guard let range = take(word: "not") else { return try comparison(depth: depth) }
    try limit(depth, range)
    let operand = try negation(depth: depth + 1)
    try require(.condition, operand)
    add(.not, range)
    return Part(form: .condition, range: range.lowerBound..<operand.range.upperBound)
  }

  private mutating func comparison(depth: Int) throws(FormulaError) -> Part {
    let left = try sum(depth: depth)
    guard let (sign, range) = take(signs: Self.comparisons),
      let comparison = Comparison(rawValue: sign)
    else { return left }
    try require(.number, left)
    let right = try sum(depth: depth)
    try require(.number, right)
    add(.compare(comparison), range)
    if case .sign(let sign) = token.content, Self.comparisons.contains(sign) {
      throw flaw(token.range, "join two comparisons by 'and'")
    }
    return left.joined(right, .condition)
  }

  // MARK: - Numbers

  private mutating func sum(depth: Int) throws(FormulaError) -> Part {
    var left = try product(depth: depth)
    while let (sign, range) = take(signs: ["+", "-"]) {
      let right = try product(depth: depth)
      left = try join(left, right, sign == "+" ? .add : .subtract, range)
    }
    return left
  }

  private mutating func product(depth: Int) throws(FormulaError) -> Part {
    var left = try alternative(depth: depth)
    while let (sign, range) = take(signs: ["*", "/"]) {
      let right = try alternative(depth: depth)
      left = try join(left, right, sign == "*" ? .multiply : .divide, range)
    }
    return left
  }

  private mutating func alternative(depth: Int) throws(FormulaError) -> Part {
    var left = try primary(depth: depth)
    while let (_, range) = take(signs: ["??"]) {
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
      return Part(form: .number, range: first.range)
    case .quoted(let name):
      add(.statistic(.value, name: name), first.range)
      return Part(form: .number, range: first.range)
    case .sign("("):
      try limit(depth, first.range)
      let inner = try disjunction(depth: depth + 1)
      guard let (_, end) = take(signs: [")"]) else {
        throw flaw(first.range, "this ( has no )")
      }
      return Part(form: inner.form, range: first.range.lowerBound..<end.upperBound)
    case .sign("-"):
      try limit(depth, first.range)
      let operand = try primary(depth: depth + 1)
      try require(.number, operand)
      add(.negate, first.range)
      return Part(form: .number, range: first.range.lowerBound..<operand.range.upperBound)
    case .word(let word):
      return try self.word(word, first.range)
    case .end:
      next -= 1
      throw flaw(first.range, "something is missing at the end")
    case .sign(let sign):
      throw flaw(first.range, "'\(sign)' cannot stand here: a number or a statistic is needed")
    }
  }

  private mutating func word(_ word: String, _ range: Range<Int>) throws(FormulaError) -> Part {
    if ["and", "or", "not"].contains(word) {
      throw flaw(range, "'\(word)' cannot stand here: a number or a statistic is needed")
    }
    guard case .sign("(") = token.content else {
      if let state = StateWord(rawValue: word) {
        add(.state(state), range)
        return Part(form: .condition, range: range)
      }
      add(.statistic(.value, name: word), range)
      return Part(form: .number, range: range)
    }
    guard let function = StatisticFunction(word) else {
      throw flaw(
        range,
        "there is no function '\(word)'; there are rate, share, delta, value, and p50 to p999")
    }
    next += 1
    let argument = token
    let name: String
    switch argument.content {
    case .word(let word): name = word
    case .quoted(let quoted): name = quoted
    default: throw flaw(argument.range, "the name of a statistic is needed here")
    }
    next += 1
    guard let (_, end) = take(signs: [")"]) else {
      throw flaw(token.range, "a ) is needed here: \(word) takes one name")
    }
    let whole = range.lowerBound..<end.upperBound
    add(.statistic(function, name: name), whole)
    return Part(form: .number, range: whole)
  }

  // MARK: - Tokens

  private mutating func take(word: String) -> Range<Int>? {
    guard token.content == .word(word) else { return nil }
    defer { next += 1 }
    return token.range
  }

  private mutating func take(signs: [String]) -> (String, Range<Int>)? {
    guard case .sign(let sign) = token.content, signs.contains(sign) else { return nil }
    defer { next += 1 }
    return (sign, token.range)
  }

  private mutating func add(_ operation: FormulaOperation, _ range: Range<Int>) {
    steps.append(FormulaStep(operation: operation, range: range))
  }

  private func limit(_ depth: Int, _ range: Range<Int>) throws(FormulaError) {
    guard depth < Self.deepest else {
      throw flaw(range, "more than \(Self.deepest) parts stand in each other")
    }
  }

  private func require(_ form: Formula.Form, _ part: Part) throws(FormulaError) {
    guard part.form != form else { return }
    throw flaw(
      part.range,
      form == .condition
        ? "this is a number: compare it with another, as in rate(exits) > 1000/s"
        : "this is true or false: a number is needed here")
  }

  private func flaw(_ range: Range<Int>, _ reason: String) -> FormulaError {
    FormulaError(text, range, reason)
  }
}
