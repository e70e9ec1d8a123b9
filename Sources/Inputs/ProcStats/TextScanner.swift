/// Parses decimal numbers and words from bytes, without allocation.
package struct TextScanner {
  package private(set) var position: Int
  private let end: Int

  /// Creates a scanner of the bytes from `position` to `end`.
  package init(from position: Int = 0, to end: Int) {
    self.position = position
    self.end = end
  }

  package var isAtEnd: Bool { position >= end }

  /// Skips spaces.
  mutating func skipSpaces(_ bytes: [UInt8]) {
    while position < end, bytes[position] == UInt8(ascii: " ") { position += 1 }
  }

  /// Skips the rest of the line and its line feed.
  package mutating func skipLine(_ bytes: [UInt8]) {
    while position < end, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    position = min(position + 1, end)
  }

  /// Skips the bytes up to and including the next `byte` in this line.
  ///
  /// - Returns: `false` if the line does not contain `byte`.
  mutating func skip(past byte: UInt8, _ bytes: [UInt8]) -> Bool {
    while position < end, bytes[position] != UInt8(ascii: "\n") {
      position += 1
      if bytes[position - 1] == byte { return true }
    }
    return false
  }

  /// Parses a number and skips its digits.
  ///
  /// - Returns: nil if there are no digits, or if the number exceeds 64 bits.
  package mutating func number(_ bytes: [UInt8]) -> UInt64? {
    skipSpaces(bytes)
    var value: UInt64 = 0
    var fits = true
    let start = position
    while position < end, bytes[position] >= 0x30, bytes[position] <= 0x39 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(bytes[position] - 0x30))
      fits = fits && !overflow && !carry
      value = sum
      position += 1
    }
    return fits && position > start ? value : nil
  }

  /// Skips `word` if the next word equals it.
  ///
  /// - Returns: `true` if the next word equals `word`.
  mutating func skip(word: [UInt8], _ bytes: [UInt8]) -> Bool {
    let after = position + word.count
    guard after >= end || bytes[after] == UInt8(ascii: " ") else { return false }
    return skip(prefix: word, bytes)
  }

  /// Skips `prefix` if the next bytes equal it.
  ///
  /// - Returns: `true` if the next bytes equal `prefix`.
  mutating func skip(prefix: [UInt8], _ bytes: [UInt8]) -> Bool {
    guard end - position >= prefix.count else { return false }
    for index in prefix.indices where bytes[position + index] != prefix[index] { return false }
    position += prefix.count
    return true
  }

  /// Returns the bytes up to a space or the end of the line, and skips them.
  mutating func word(_ bytes: [UInt8]) -> String {
    let start = position
    while position < end, bytes[position] != UInt8(ascii: " "),
      bytes[position] != UInt8(ascii: "\n")
    {
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }
}
