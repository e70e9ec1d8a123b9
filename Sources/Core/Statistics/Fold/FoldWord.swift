/// How the words of a statistic are read as numbers, and made of exact ones.
struct FoldWord: Hashable, Sendable {
  /// Whether a word is a two's complement number.
  let isSigned: Bool

  /// The word that says that there is no value.
  var marker: UInt64 {
    isSigned ? Inactive.signed : Inactive.unsigned
  }

  /// What is added to a word to get its key.
  ///
  /// Keys are unsigned words in the order of the numbers; the key of the marker is 0.
  var key: UInt64 {
    isSigned ? 1 << 63 : 1
  }

  /// The number of a word that is not the marker.
  func value(of word: UInt64) -> Int128 {
    isSigned ? Int128(Int64(bitPattern: word)) : Int128(word)
  }

  /// The word of a number; one that does not fit stops at the last word before the marker.
  ///
  /// Unsigned words end at `UInt64.max - 1`, signed ones at `Int64.max` and `Int64.min + 1`.
  func word(saturating number: Int128) -> UInt64 {
    guard isSigned else { return UInt64(min(max(number, 0), Int128(UInt64.max - 1))) }
    let bounded = min(max(number, Int128(Int64.min + 1)), Int128(Int64.max))
    return UInt64(bitPattern: Int64(bounded))
  }

  /// The sum of two words; the marker is no summand.
  func sum(_ one: UInt64, _ other: UInt64) -> UInt64 {
    if other == marker { return one }
    if one == marker { return other }
    return word(saturating: value(of: one) + value(of: other))
  }

  /// A word less another; where one is the marker it stays as it is.
  func difference(_ one: UInt64, _ other: UInt64) -> UInt64 {
    if one == marker || other == marker { return one }
    return word(saturating: value(of: one) - value(of: other))
  }
}
