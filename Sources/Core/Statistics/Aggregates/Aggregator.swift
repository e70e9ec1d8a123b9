/// Combines the records of several members, which all have one schema, into one record.
///
/// Create an aggregator once. In each sample, call `reset`, then `add` with the records of the
/// members, then `write`. Only `init` allocates memory. Inactive words, which mean "no value", are
/// skipped. If no member has an active value, the result is inactive. Sums are exact internally,
/// and `write` limits them to the values below the inactive marker. An average has three more
/// decimals than the values; if the scale has base 2, the average is in units of 1/1024 instead.
/// Averages are rounded towards zero, and limited in the same way as sums.
public struct Aggregator: ~Copyable, Sendable {
  public let definition: AggregateSchema

  /// The number of members added since `reset`.
  public internal(set) var memberCount = 0
  /// The number of former members whose totals the sums still include.
  public private(set) var retainedCount = 0

  /// The accumulated values of each block of lanes (words that are read together).
  var totals: [LaneBlockTotals]
  /// The counts of values of all states and booleans.
  var valueCounts: [UInt64]
  // Both arrays have one element for each lane (word of the members' records).
  private var retainedSums: [Int128]
  private var retainedCounts: [Int]

  public init(_ definition: AggregateSchema) {
    self.definition = definition
    totals = Array(repeating: LaneBlockTotals(), count: definition.blocks.count)
    valueCounts = Array(repeating: 0, count: definition.valueCountTotal)
    retainedSums = Array(repeating: 0, count: definition.blockByLane.count)
    retainedCounts = Array(repeating: 0, count: definition.blockByLane.count)
  }

  /// Removes all members; the totals of former members stay.
  public mutating func reset() {
    memberCount = 0
    for index in totals.indices { totals[index] = LaneBlockTotals() }
    for index in valueCounts.indices { valueCounts[index] = 0 }
  }

  /// Keeps the totals of a member that disappeared: the counts of its last sample.
  ///
  /// Until `release` is called, sums of cumulative statistics and merged histograms include these
  /// totals. Other results do not include these totals. An inactive word has no total.
  ///
  /// - Precondition: The record has at least the number of words of the members' schema.
  public mutating func retain(_ record: Span<UInt64>) {
    precondition(record.count >= definition.members.wordCount, "a record of \(record.count) words")
    retainedCount += 1
    change(record, by: 1)
  }

  /// Stops including the retained totals of a member that returned.
  ///
  /// - Precondition: `retain` was called with a record of the same words.
  public mutating func release(_ record: Span<UInt64>) {
    precondition(retainedCount > 0, "nothing is retained")
    retainedCount -= 1
    change(record, by: -1)
  }

  /// Discards the retained totals of a statistic of the members' schema, after the statistic was
  /// cleared.
  public mutating func discardRetained(_ statistic: Int) {
    guard definition.columns[statistic].isTotal else { return }
    for lane in definition.columns[statistic].lanes {
      retainedSums[lane] = 0
      retainedCounts[lane] = 0
    }
  }

  private mutating func change(_ record: Span<UInt64>, by sign: Int) {
    for index in definition.columns.indices where definition.columns[index].isTotal {
      let column = definition.columns[index]
      for step in 0..<column.words.count {
        let word = record[column.words.lowerBound + step]
        if word == column.format.marker { continue }
        retainedSums[column.lane + step] += Int128(sign) * column.format.value(of: word)
        retainedCounts[column.lane + step] += sign
      }
    }
  }

  /// The retained total of one word of a statistic of the members' schema; `nil` if there is none.
  public func retained(_ statistic: Int, word: Int) -> UInt64? {
    let column = definition.columns[statistic]
    guard word >= 0, word < column.words.count else { return nil }
    guard let sum = retainedSum(column.lane + word) else { return nil }
    return column.format.word(saturating: sum)
  }

  /// The number of members that have an active value of a statistic of the members' schema.
  ///
  /// If the statistic has several words, each word has such a number, and the result is the
  /// smallest of these numbers.
  public func activeCount(of statistic: Int) -> Int {
    let column = definition.columns[statistic]
    var minimum = column.words.isEmpty ? 0 : memberCount
    for lane in column.lanes { minimum = min(minimum, activeCount(lane)) }
    return minimum
  }

  /// The retained total of a lane; `nil` if no total is retained.
  func retainedSum(_ lane: Int) -> Int128? {
    retainedCounts[lane] > 0 ? retainedSums[lane] : nil
  }

  /// The number of members whose word in a lane is active.
  func activeCount(_ lane: Int) -> Int {
    let block = definition.blockByLane[lane]
    return totals[block].activeCount(lane - definition.blocks[block].lane)
  }

  /// The exact sum of the active words in a lane.
  func sum(_ lane: Int) -> Int128 {
    let block = definition.blockByLane[lane]
    return totals[block].sum(lane - definition.blocks[block].lane, of: definition.blocks[block])
  }

  /// The minimum word in a lane; the inactive marker if no word is active.
  func minimum(_ lane: Int) -> UInt64 {
    let block = definition.blockByLane[lane]
    let step = lane - definition.blocks[block].lane
    return 0 &- totals[block].minimum[step] &- definition.blocks[block].keys[step]
  }

  /// The maximum word in a lane; the inactive marker if no word is active.
  func maximum(_ lane: Int) -> UInt64 {
    let block = definition.blockByLane[lane]
    let step = lane - definition.blocks[block].lane
    return totals[block].maximum[step] &- definition.blocks[block].keys[step]
  }

  /// The number of words in a lane that are 0.
  func zeroCount(_ lane: Int) -> UInt64 {
    let block = definition.blockByLane[lane]
    return totals[block].zeroCounts[lane - definition.blocks[block].lane]
  }
}
