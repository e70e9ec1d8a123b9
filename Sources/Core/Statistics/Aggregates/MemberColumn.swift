/// A statistic of the members, with the accumulators of its words.
struct MemberColumn: Sendable {
  let mode: AggregationMode
  let format: WordFormat
  /// The words in a record of a member.
  let words: Range<Int>
  /// The lane of the first word; each word has one lane.
  let lane: Int
  /// The range of the counts by value, for a state or boolean.
  let counts: Range<Int>
  /// The functions to compute; empty if the words are merged or counted by value.
  let functions: [AggregateFunction]
  /// Set if its sums only grow, so that the totals of former members are retained.
  let isTotal: Bool

  /// The lanes of its words.
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

  /// The index of the count of a value.
  func countIndex(of value: UInt64) -> Int {
    let isNegative = format.isSigned && Int64(bitPattern: value) < 0
    if mode == .boolean { return counts.lowerBound + (value == 0 || isNegative ? 0 : 1) }
    let last = counts.count - 1
    let index = isNegative ? last : Int(min(value, UInt64(last)))
    return counts.lowerBound + index
  }
}
