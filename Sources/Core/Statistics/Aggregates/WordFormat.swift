/// Converts the words of a statistic to exact numbers and back.
struct WordFormat: Hashable, Sendable {
  /// Set if the words are two's complement numbers.
  let isSigned: Bool

  /// The inactive marker: the word that means "no value".
  var marker: UInt64 {
    isSigned ? Inactive.signed : Inactive.unsigned
  }

  /// The number that is added to a word, modulo 2^64, to get the key of the word.
  ///
  /// Keys are unsigned and have the same order as the numbers. The key of the inactive marker is 0.
  var key: UInt64 {
    isSigned ? 1 << 63 : 1
  }

  /// Converts an active word to its number.
  func value(of word: UInt64) -> Int128 {
    isSigned ? Int128(Int64(bitPattern: word)) : Int128(word)
  }

  /// Converts a number to a word, limited to the range of active words.
  ///
  /// The range is 0 to `UInt64.max - 1` for unsigned words, and `Int64.min + 1` to `Int64.max` for
  /// signed words.
  func word(saturating number: Int128) -> UInt64 {
    guard isSigned else { return UInt64(min(max(number, 0), Int128(UInt64.max - 1))) }
    let bounded = min(max(number, Int128(Int64.min + 1)), Int128(Int64.max))
    return UInt64(bitPattern: Int64(bounded))
  }

  /// The sum of two words; if one of the words is inactive, the result is the other word.
  func sum(_ lhs: UInt64, _ rhs: UInt64) -> UInt64 {
    if rhs == marker { return lhs }
    if lhs == marker { return rhs }
    return word(saturating: value(of: lhs) + value(of: rhs))
  }

  /// The difference of two words; if one of the words is inactive, the result is `lhs`.
  func difference(_ lhs: UInt64, _ rhs: UInt64) -> UInt64 {
    if lhs == marker || rhs == marker { return lhs }
    return word(saturating: value(of: lhs) - value(of: rhs))
  }
}
