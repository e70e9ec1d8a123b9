/// The values of many members of one schema, folded into one record.
///
/// Make it once, then for each pass `begin`, `add` the members' records and `write`: only `init`
/// allocates. Inactive words are skipped; where no member has an active value the fold has none
/// either. Sums are exact however large they are on the way, and stop below the inactive marker when
/// they are written. An average has three decimals, those of 1/1024 where the scale is of base 2; it
/// is rounded towards zero, and one that does not fit stops as a sum does.
public struct Fold: ~Copyable, Sendable {
  public let form: FoldForm

  /// The number of members that were added since `begin`.
  public internal(set) var memberCount = 0
  /// The number of members that left, of which the totals are kept.
  public internal(set) var retainedCount = 0

  // By lane.
  var sums: [Int128]
  var inactives: [Int]
  var least: [UInt64]
  var greatest: [UInt64]
  var zeros: [UInt64]
  var retainedSums: [Int128]
  var retainedCounts: [Int]
  // By place in a column's tally.
  var tallies: [UInt64]

  public init(_ form: FoldForm) {
    self.form = form
    let lanes = form.laneCount
    sums = Array(repeating: 0, count: lanes)
    inactives = Array(repeating: 0, count: lanes)
    least = Array(repeating: 0, count: lanes)
    greatest = Array(repeating: 0, count: lanes)
    zeros = Array(repeating: 0, count: lanes)
    retainedSums = Array(repeating: 0, count: lanes)
    retainedCounts = Array(repeating: 0, count: lanes)
    tallies = Array(repeating: 0, count: form.tallyCount)
    begin()
  }

  /// Forgets all members, but not what is retained.
  public mutating func begin() {
    memberCount = 0
    for lane in 0..<form.laneCount {
      sums[lane] = 0
      inactives[lane] = 0
      zeros[lane] = 0
    }
    for index in form.columns.indices {
      let column = form.columns[index]
      for lane in column.lanes {
        least[lane] = column.word.marker
        greatest[lane] = column.word.marker
      }
    }
    for place in tallies.indices { tallies[place] = 0 }
  }

  /// Keeps the totals of a member that left: what it counted until its last sample.
  ///
  /// Those are its cumulative statistics and histograms. They are part of what the fold makes of
  /// these, by sum or merged, and of nothing else, until `release`. An inactive word is no total.
  ///
  /// - Precondition: the record has the words of the members' schema.
  public mutating func retain(_ record: Span<UInt64>) {
    precondition(record.count >= form.source.wordCount, "a record of \(record.count) words")
    retainedCount += 1
    change(record, by: 1)
  }

  /// Keeps the totals of a member no longer, because it has come back.
  ///
  /// - Precondition: the record was retained with these words.
  public mutating func release(_ record: Span<UInt64>) {
    precondition(retainedCount > 0, "nothing is retained")
    retainedCount -= 1
    change(record, by: -1)
  }

  private mutating func change(_ record: Span<UInt64>, by sign: Int) {
    for index in form.columns.indices where form.columns[index].isTotal {
      let column = form.columns[index]
      for step in 0..<column.words.count {
        let word = record[column.words.lowerBound + step]
        if word == column.word.marker { continue }
        retainedSums[column.lane + step] += Int128(sign) * column.word.value(of: word)
        retainedCounts[column.lane + step] += sign
      }
    }
  }

  /// The retained total of a word of a statistic of the members' schema, or nil where there is none.
  public func retained(_ statistic: Int, word: Int) -> UInt64? {
    let column = form.columns[statistic]
    guard column.words.indices.contains(column.words.lowerBound + word) else { return nil }
    let lane = column.lane + word
    return retainedCounts[lane] > 0 ? column.word.word(saturating: retainedSums[lane]) : nil
  }

  /// How many members had an active value of a statistic of their schema.
  ///
  /// Of a statistic of several words, the number of the word that the fewest members had.
  public func activeCount(of statistic: Int) -> Int {
    let lanes = form.columns[statistic].lanes
    guard var most = lanes.isEmpty ? nil : inactives[lanes.lowerBound] else { return 0 }
    for lane in lanes { most = max(most, inactives[lane]) }
    return memberCount - most
  }
}
