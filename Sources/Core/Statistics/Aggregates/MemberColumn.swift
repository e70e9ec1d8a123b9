/// Tells where a statistic is in the members' records, and how its words are aggregated.
struct MemberColumn: Sendable {
  let mode: AggregationMode
  let format: WordFormat
  /// The indices of the statistic's words in a member's record.
  let words: Range<Int>
  /// The index of the first word's lane; each word has one lane, which accumulates the word.
  let lane: Int
  /// The indices of the counters of a state or boolean; empty for other statistics.
  let counts: Range<Int>
  /// The functions to compute; empty if the words are merged or counted by value.
  let functions: [AggregateFunction]
  /// Set if the sums of the statistic only grow, so that the totals of former members are kept.
  let isTotal: Bool

  /// The lanes of the statistic's words.
  var lanes: Range<Int> {
    lane..<lane + words.count
  }

  /// The values to accumulate for each word.
  var laneDescriptions: [Lane] {
    words.map { word in
      Lane(
        word: word, key: format.key, needsMinimum: computes(.minimum),
        needsMaximum: computes(.maximum), needsZeroCount: computes(.countZero))
    }
  }

  func computes(_ function: AggregateFunction) -> Bool {
    functions.contains(function)
  }

  /// The index of the counter for a value.
  func countIndex(of value: UInt64) -> Int {
    let isNegative = format.isSigned && Int64(bitPattern: value) < 0
    if mode == .boolean { return counts.lowerBound + (value == 0 || isNegative ? 0 : 1) }
    let last = counts.count - 1
    let index = isNegative ? last : Int(min(value, UInt64(last)))
    return counts.lowerBound + index
  }
}
