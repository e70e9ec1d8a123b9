/// A word, number or sign of a formula.
struct FormulaToken: Hashable, Sendable {
  enum Content: Hashable, Sendable {
    case number(Double, Dimension?)
    case word(String)
    /// A name in quotes, which is never a word of the language.
    case quoted(String)
    case sign(String)
    case end
  }

  let content: Content
  let range: Range<Int>
}

/// Cuts a text into words, numbers and signs.
struct FormulaLexer {
  private let text: String
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
  }

  /// What numbers may be followed by: a factor and what it makes of a plain number.
  private static let units: [String: (factor: Double, dimension: Dimension?)] = [
    "%": (0.01, .ratio), "k": (1e3, nil), "M": (1e6, nil), "G": (1e9, nil),
    "ns": (1e-9, .duration), "us": (1e-6, .duration), "ms": (1e-3, .duration),
    "s": (1, .duration), "min": (60, .duration), "h": (3600, .duration),
    "B": (1, .size), "KiB": (1024, .size), "MiB": (1_048_576, .size),
    "GiB": (1_073_741_824, .size),
  ]

  private static let signs = [
    "??", "<=", ">=", "==", "!=", "<", ">", "(", ")", "+", "-", "*", "/",
  ]

  /// What other languages write, and what is written here.
  private static let foreign = ["&&": "and", "||": "or", "=": "==", "!": "not", "&": "and"]

  /// All tokens, and one for the end.
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
      return .word(take { Self.isLetter($0) || Self.isDigit($0) || $0 == 0x2e })
    }
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return try quoted(byte) }
    for sign in Self.signs where bytes[position...].starts(with: sign.utf8) {
      position += sign.utf8.count
      return .sign(sign)
    }
    for (sign, instead) in Self.foreign.sorted(by: { $0.key.count > $1.key.count })
    where bytes[position...].starts(with: sign.utf8) {
      throw flaw(sign.utf8.count, "'\(sign)' is not understood: write '\(instead)'")
    }
    // All bytes of one character.
    var count = 1
    while position + count < bytes.count, bytes[position + count] & 0xc0 == 0x80 { count += 1 }
    throw flaw(count, "this sign is not understood")
  }

  private mutating func number() throws(FormulaError) -> FormulaToken.Content {
    let start = position
    let digits = take { Self.isDigit($0) || $0 == 0x2e }
    guard let value = Double(digits), value.isFinite else {
      throw FormulaError(text, start..<position, "'\(digits)' is no number")
    }
    let unitStart = position
    let unit =
      position < bytes.count && bytes[position] == UInt8(ascii: "%")
      ? take(first: 1) { _ in true } : take { Self.isLetter($0) || Self.isDigit($0) }
    var (factor, dimension): (Double, Dimension?) = (1, nil)
    if !unit.isEmpty {
      guard let known = Self.units[unit] else {
        throw FormulaError(
          text, unitStart..<position,
          "there is no unit '\(unit)'; there are %, ns, us, ms, s, min, h, B, KiB, MiB, GiB, k, M "
            + "and G, and /s behind any")
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
      throw flaw(bytes.count - position, "the quote has no end")
    }
    let name = String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
    position = end + 1
    return .quoted(name)
  }

  private mutating func take(first most: Int = .max, _ isPart: (UInt8) -> Bool) -> String {
    let start = position
    while position < bytes.count, position - start < most, isPart(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private func flaw(_ count: Int, _ reason: String) -> FormulaError {
    FormulaError(text, position..<position + count, reason)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == UInt8(ascii: "_")
  }
}
