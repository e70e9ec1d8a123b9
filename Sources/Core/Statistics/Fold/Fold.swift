/// The values of many members of one schema, folded into one record.
///
/// Make it once, then for each pass `begin`, `add` the members' records and `write`: only `init`
/// allocates. Inactive words are skipped; where no member has an active value the fold has none
/// either. Sums are exact however large they are on the way, and stop below the inactive marker when
/// they are written. An average has three decimals, those of 1/1024 where the scale is of base 2; it
/// is rounded towards zero, and one that does not fit stops as a sum does.
public struct Fold: ~Copyable, Sendable {
  public let form: AggregateSchema

  /// The number of members that were added since `begin`.
  public internal(set) var memberCount = 0
  /// The number of members that left, of which the totals are kept.
  public private(set) var retainedCount = 0

  /// By tile of the form.
  var totals: [FoldTotals]
  /// By place in a column's tally.
  var tallies: [UInt64]
  // By lane.
  private var retainedSums: [Int128]
  private var retainedCounts: [Int]

  public init(_ form: AggregateSchema) {
    self.form = form
    totals = Array(repeating: FoldTotals(), count: form.tiles.count)
    tallies = Array(repeating: 0, count: form.tallyCount)
    retainedSums = Array(repeating: 0, count: form.tileByLane.count)
    retainedCounts = Array(repeating: 0, count: form.tileByLane.count)
  }

  /// Forgets all members, but not what is retained.
  public mutating func begin() {
    memberCount = 0
    for index in totals.indices { totals[index] = FoldTotals() }
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

  /// Keeps nothing of a statistic of the members' schema any more, because it begins again at zero.
  public mutating func forget(_ statistic: Int) {
    guard form.columns[statistic].isTotal else { return }
    for lane in form.columns[statistic].lanes {
      retainedSums[lane] = 0
      retainedCounts[lane] = 0
    }
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
    guard word >= 0, word < column.words.count else { return nil }
    guard let sum = retainedSum(column.lane + word) else { return nil }
    return column.word.word(saturating: sum)
  }

  /// How many members had an active value of a statistic of their schema.
  ///
  /// Of a statistic of several words, the number of the word that the fewest members had.
  public func activeCount(of statistic: Int) -> Int {
    let column = form.columns[statistic]
    var least = column.words.isEmpty ? 0 : memberCount
    for lane in column.lanes { least = min(least, activeCount(lane)) }
    return least
  }

  /// The retained total of a lane, or nil where there is none.
  func retainedSum(_ lane: Int) -> Int128? {
    retainedCounts[lane] > 0 ? retainedSums[lane] : nil
  }

  /// How many members had an active word in a lane.
  func activeCount(_ lane: Int) -> Int {
    let tile = form.tileByLane[lane]
    return totals[tile].activeCount(lane - form.tiles[tile].lane)
  }

  /// The exact sum of the members' active words in a lane.
  func sum(_ lane: Int) -> Int128 {
    let tile = form.tileByLane[lane]
    return totals[tile].sum(lane - form.tiles[tile].lane, of: form.tiles[tile])
  }

  /// The least word in a lane; the marker where none is active.
  func least(_ lane: Int) -> UInt64 {
    let tile = form.tileByLane[lane]
    let step = lane - form.tiles[tile].lane
    return 0 &- totals[tile].least[step] &- form.tiles[tile].keys[step]
  }

  /// The greatest word in a lane; the marker where none is active.
  func greatest(_ lane: Int) -> UInt64 {
    let tile = form.tileByLane[lane]
    let step = lane - form.tiles[tile].lane
    return totals[tile].greatest[step] &- form.tiles[tile].keys[step]
  }

  /// How many words in a lane are 0.
  func zeroCount(_ lane: Int) -> UInt64 {
    let tile = form.tileByLane[lane]
    return totals[tile].zeros[lane - form.tiles[tile].lane]
  }
}
