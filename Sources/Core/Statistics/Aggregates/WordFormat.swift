/// The conversion between the words of a statistic and exact numbers.
struct WordFormat: Hashable, Sendable {
  /// Set if the words are two's complement numbers.
  let isSigned: Bool

  /// The inactive marker.
  var marker: UInt64 {
    isSigned ? Inactive.signed : Inactive.unsigned
  }

  /// The offset that converts a word to its key.
  ///
  /// Keys are unsigned words in the order of the numbers; the key of the marker is 0.
  var key: UInt64 {
    isSigned ? 1 << 63 : 1
  }

  /// The number of an active word.
  func value(of word: UInt64) -> Int128 {
    isSigned ? Int128(Int64(bitPattern: word)) : Int128(word)
  }

  /// The word of a number, saturated below the marker.
  ///
  /// The limits are 0 and `UInt64.max - 1` for unsigned words, `Int64.min + 1` and `Int64.max` for
  /// signed words.
  func word(saturating number: Int128) -> UInt64 {
    guard isSigned else { return UInt64(min(max(number, 0), Int128(UInt64.max - 1))) }
    let bounded = min(max(number, Int128(Int64.min + 1)), Int128(Int64.max))
    return UInt64(bitPattern: Int64(bounded))
  }

  /// The sum of two words; ignores an inactive word.
  func sum(_ lhs: UInt64, _ rhs: UInt64) -> UInt64 {
    if rhs == marker { return lhs }
    if lhs == marker { return rhs }
    return word(saturating: value(of: lhs) + value(of: rhs))
  }

  /// The difference of two words; `lhs` if either is inactive.
  func difference(_ lhs: UInt64, _ rhs: UInt64) -> UInt64 {
    if lhs == marker || rhs == marker { return lhs }
    return word(saturating: value(of: lhs) - value(of: rhs))
  }
}
