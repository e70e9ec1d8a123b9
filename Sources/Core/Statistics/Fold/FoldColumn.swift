/// A statistic of the source, and where its words are gathered.
struct FoldColumn: Sendable {
  let treatment: FoldTreatment
  let word: FoldWord
  /// Its words in a record of the source.
  let words: Range<Int>
  /// The first of its accumulators; there is one for each word.
  let lane: Int
  /// Its counts by value, of a state or boolean.
  let tally: Range<Int>
  /// What is made of it; empty where it has a form of its own.
  let functions: [FoldFunction]
  /// Whether its sums only grow: what a member counted is kept when it leaves.
  let isTotal: Bool

  /// The accumulators of its words.
  var lanes: Range<Int> {
    lane..<lane + words.count
  }

  /// What is gathered of each word.
  var gathered: [FoldLane] {
    words.map { word in
      FoldLane(
        word: word, key: self.word.key, needsLeast: makes(.minimum),
        needsGreatest: makes(.maximum), needsZeros: makes(.countZero))
    }
  }

  func makes(_ function: FoldFunction) -> Bool {
    functions.contains(function)
  }

  /// The place of a value among its counts.
  func bucket(of value: UInt64) -> Int {
    let isNegative = word.isSigned && Int64(bitPattern: value) < 0
    if treatment == .flag { return tally.lowerBound + (value == 0 || isNegative ? 0 : 1) }
    let last = tally.count - 1
    let index = isNegative ? last : Int(min(value, UInt64(last)))
    return tally.lowerBound + index
  }
}

/// A statistic of the fold: which column it is made of, and by what.
struct FoldPart: Sendable {
  /// The position in the source.
  let column: Int
  let function: FoldFunction?
  /// Its words in a record of the fold.
  let words: Range<Int>
  /// What a value is multiplied by before the division, of an average.
  let factor: Int128
  /// Whether its words only grow.
  let isTotal: Bool
}
