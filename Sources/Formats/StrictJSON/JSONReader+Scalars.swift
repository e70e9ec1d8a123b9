extension JSONReader {
  // MARK: - Text

  /// Reads a string without decoding it.
  public mutating func text() throws(JSONError) -> JSONText {
    try expect("\"")
    let start = offset
    var hasEscapes = false
    while offset < end {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        offset += 1
        return JSONText(range: start..<offset - 1, hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        offset += 2
      case 0..<0x20: throw error(.text)
      default: offset += 1
      }
    }
    throw error(.end)
  }

  /// Reads and decodes a string.
  public mutating func string() throws(JSONError) -> String {
    let text = try text()
    return try decoded(text)
  }

  /// Returns `true` if a text is equal to `expected`.
  ///
  /// Does not copy a text without escapes.
  public func matches(_ text: JSONText, _ expected: String) -> Bool {
    if text.hasEscapes { return (try? decoded(text)) == expected }
    let utf8 = expected.utf8
    guard utf8.count == text.range.count else { return false }
    var position = text.range.lowerBound
    for byte in utf8 {
      guard bytes[position] == byte else { return false }
      position += 1
    }
    return true
  }

  /// Decodes a text: resolves escapes and replaces bytes that are not valid UTF-8 by U+FFFD.
  public func decoded(_ text: JSONText) throws(JSONError) -> String {
    guard text.hasEscapes else { return String(decoding: bytes[text.range], as: UTF8.self) }
    return try JSONEscapes.resolve(bytes[text.range])
  }

  // MARK: - Numbers and literals

  /// Reads an unsigned integer, exactly.
  public mutating func unsigned() throws(JSONError) -> UInt64 {
    var value: UInt64 = 0
    _ = try peek()
    let start = offset
    while offset < end, let digit = digit(bytes[offset]) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
      guard !overflow, !carry else { throw error(.number) }
      value = sum
      offset += 1
    }
    let count = offset - start
    guard count == 1 || count > 1 && bytes[start] != UInt8(ascii: "0") else { throw error(.number) }
    if offset < end, [0x2e, 0x45, 0x65].contains(bytes[offset]) { throw error(.number) }
    return value
  }

  /// Reads an integer with an optional sign.
  public mutating func integer() throws(JSONError) -> Int {
    let isNegative = try consume("-")
    let magnitude = try unsigned()
    guard let value = Int(exactly: magnitude) else { throw error(.number) }
    return isNegative ? -value : value
  }

  /// Reads `true` or `false`.
  public mutating func boolean() throws(JSONError) -> Bool {
    let isTrue = try peek() == UInt8(ascii: "t")
    try literal(isTrue ? "true" : "false")
    return isTrue
  }

  private func digit(_ byte: UInt8) -> UInt8? {
    let digit = byte &- UInt8(ascii: "0")
    return digit < 10 ? digit : nil
  }

  mutating func literal(_ word: StaticString) throws(JSONError) {
    for byte in String(describing: word).utf8 {
      guard offset < end, bytes[offset] == byte else { throw error(.unexpected) }
      offset += 1
    }
  }

  private mutating func skipDigits() throws(JSONError) {
    let start = offset
    while offset < end, digit(bytes[offset]) != nil { offset += 1 }
    guard offset > start else { throw error(.unexpected) }
  }

  mutating func skipNumber() throws(JSONError) {
    _ = try consume("-")
    let start = offset
    try skipDigits()
    guard bytes[start] != UInt8(ascii: "0") || offset == start + 1 else { throw error(.number) }
    if offset < end, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      try skipDigits()
    }
    if offset < end, [0x45, 0x65].contains(bytes[offset]) {
      offset += 1
      if offset < end, [0x2b, 0x2d].contains(bytes[offset]) { offset += 1 }
      try skipDigits()
    }
  }
}
