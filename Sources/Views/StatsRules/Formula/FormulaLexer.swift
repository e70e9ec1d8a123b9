/// A token of a formula: a word, number or symbol.
struct FormulaToken: Hashable, Sendable {
  enum Content: Hashable, Sendable {
    case number(Double, Dimension?)
    case word(String)
    /// A quoted name, which is never a keyword.
    case quoted(String)
    case symbol(String)
    case end
  }

  let content: Content
  let range: Range<Int>
}

/// Divides the text of a formula into tokens.
struct FormulaLexer {
  private let text: String
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
  }

  /// The suffixes of numbers.
  ///
  /// Each has the factor by which the number is multiplied, and the dimension of the result.
  private static let units: [String: (factor: Double, dimension: Dimension?)] = [
    "%": (0.01, .ratio), "k": (1e3, nil), "M": (1e6, nil), "G": (1e9, nil),
    "ns": (1e-9, .duration), "us": (1e-6, .duration), "ms": (1e-3, .duration),
    "s": (1, .duration), "min": (60, .duration), "h": (3600, .duration),
    "B": (1, .size), "KiB": (1024, .size), "MiB": (1_048_576, .size),
    "GiB": (1_073_741_824, .size),
  ]

  private static let symbols = [
    "??", "<=", ">=", "==", "!=", "<", ">", "(", ")", "+", "-", "*", "/",
  ]

  /// Operators of other languages, each with the equivalent operator of formulas.
  private static let foreignSymbols = ["&&": "and", "||": "or", "=": "==", "!": "not", "&": "and"]

  /// Returns all tokens, followed by `end`.
  mutating func tokens() throws(FormulaError) -> [FormulaToken] {
    var tokens: [FormulaToken] = []
    while true {
      while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) {
        position += 1
      }
      let start = position
      guard position < bytes.count else {
        tokens.append(FormulaToken(content: .end, range: start..<start))
        return tokens
      }
      let content = try next()
      tokens.append(FormulaToken(content: content, range: start..<position))
    }
  }

  private mutating func next() throws(FormulaError) -> FormulaToken.Content {
    let byte = bytes[position]
    if Self.isDigit(byte) { return try number() }
    if Self.isLetter(byte) {
      return .word(consume { Self.isLetter($0) || Self.isDigit($0) || $0 == 0x2e })
    }
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return try quoted(byte) }
    for symbol in Self.symbols where bytes[position...].starts(with: symbol.utf8) {
      position += symbol.utf8.count
      return .symbol(symbol)
    }
    for (symbol, equivalent) in Self.foreignSymbols.sorted(by: { $0.key.count > $1.key.count })
    where bytes[position...].starts(with: symbol.utf8) {
      throw error(symbol.utf8.count, "unknown operator '\(symbol)'; use '\(equivalent)'")
    }
    // Mark all bytes of the character.
    var count = 1
    while position + count < bytes.count, bytes[position + count] & 0xc0 == 0x80 { count += 1 }
    throw error(count, "unexpected character")
  }

  private mutating func number() throws(FormulaError) -> FormulaToken.Content {
    let start = position
    let digits = consume { Self.isDigit($0) || $0 == 0x2e }
    guard let value = Double(digits), value.isFinite else {
      throw FormulaError(text, start..<position, "invalid number '\(digits)'")
    }
    let unitStart = position
    let unit =
      position < bytes.count && bytes[position] == UInt8(ascii: "%")
      ? consume(maximum: 1) { _ in true } : consume { Self.isLetter($0) || Self.isDigit($0) }
    var (factor, dimension): (Double, Dimension?) = (1, nil)
    if !unit.isEmpty {
      guard let known = Self.units[unit] else {
        throw FormulaError(
          text, unitStart..<position,
          "unknown unit '\(unit)'; expected one of %, ns, us, ms, s, min, h, B, KiB, MiB, GiB, k, "
            + "M, G, optionally followed by /s")
      }
      (factor, dimension) = known
    }
    if bytes[position...].starts(with: "/s".utf8),
      position + 2 == bytes.count || !Self.isLetter(bytes[position + 2])
    {
      position += 2
      dimension = (dimension ?? .count).times(.duration, power: -1)
    }
    return .number(value * factor, dimension)
  }

  private mutating func quoted(_ quote: UInt8) throws(FormulaError) -> FormulaToken.Content {
    guard let end = bytes[(position + 1)...].firstIndex(of: quote) else {
      throw error(bytes.count - position, "unterminated quote")
    }
    let name = String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
    position = end + 1
    return .quoted(name)
  }

  /// Consumes bytes while `isPart` returns `true` for them, but at most `maximum` bytes.
  private mutating func consume(
    maximum: Int = .max, _ isPart: (UInt8) -> Bool
  ) -> String {
    let start = position
    while position < bytes.count, position - start < maximum, isPart(bytes[position]) {
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private func error(_ count: Int, _ reason: String) -> FormulaError {
    FormulaError(text, position..<position + count, reason)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == UInt8(ascii: "_")
  }
}
