/// Reads decimal numbers and words from bytes, without an allocation.
package struct TextScanner {
  package private(set) var position: Int
  private let end: Int

  /// Scans the bytes from `position` up to `end`.
  package init(from position: Int = 0, to end: Int) {
    self.position = position
    self.end = end
  }

  package var isAtEnd: Bool { position >= end }

  /// Moves behind spaces.
  mutating func skipSpaces(_ bytes: [UInt8]) {
    while position < end, bytes[position] == UInt8(ascii: " ") { position += 1 }
  }

  /// Moves behind the next line feed.
  package mutating func skipLine(_ bytes: [UInt8]) {
    while position < end, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    position = min(position + 1, end)
  }

  /// Moves to the next byte of this line that equals `byte`: false where there is none.
  mutating func skip(behind byte: UInt8, _ bytes: [UInt8]) -> Bool {
    while position < end, bytes[position] != UInt8(ascii: "\n") {
      position += 1
      if bytes[position - 1] == byte { return true }
    }
    return false
  }

  /// The number here, or nil where there is none or it does not fit into 64 bits; moves behind
  /// its digits in either case.
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

  /// Whether `word` stands here and ends here; moves behind it if so.
  mutating func take(_ word: [UInt8], _ bytes: [UInt8]) -> Bool {
    let after = position + word.count
    guard after >= end || bytes[after] == UInt8(ascii: " ") else { return false }
    return take(prefix: word, bytes)
  }

  /// Whether `prefix` stands here; moves behind it if so.
  mutating func take(prefix: [UInt8], _ bytes: [UInt8]) -> Bool {
    guard end - position >= prefix.count else { return false }
    for index in prefix.indices where bytes[position + index] != prefix[index] { return false }
    position += prefix.count
    return true
  }

  /// The word here, up to a space or the line's end.
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
