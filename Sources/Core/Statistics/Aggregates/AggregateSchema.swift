/// The schema of an aggregate, with the origin of each word; computed once.
///
/// Each statistic of the members gives one statistic per requested function, packed in the order of
/// the request. The natural function keeps the name, other functions append theirs: `exits`,
/// `exits.max`. Histograms are merged, states and booleans are counted by value; each of them gives
/// one statistic under its own name, whatever functions are requested. A statistic is omitted if no
/// requested function is meaningful for it, for example the sum of an unknown kind.
///
/// - A histogram has the buckets of the members, added.
/// - A state becomes a linear histogram of its values; `states` has their names. The last bucket
///   has no name and counts all other values.
/// - A boolean becomes a histogram of "no" and "yes"; a value above 0 is "yes".
///
/// A statistic of another kind with several words is aggregated word by word; the words of a state
/// or boolean are counted together. Statistics that would exceed the maximum length of a record are
/// omitted.
public struct AggregateSchema: Sendable {
  /// The schema of the members.
  public let members: Schema
  /// The schema of the aggregate, without gaps.
  public let schema: Schema

  /// The columns, indexed as the statistics of `members`.
  let columns: [MemberColumn]
  /// The results, indexed as the statistics of `schema`.
  let results: [ResultColumn]
  /// The lanes of all columns.
  let blocks: [LaneBlock]
  /// The index of the block of each lane.
  let blockByLane: [Int]
  /// The total number of counts by value.
  let valueCountTotal: Int
  /// The indices of the columns that are counted by value.
  let countedColumns: [Int]

  /// - Parameters:
  ///   - schema: The schema of all members.
  ///   - functions: The functions to apply, without duplicates; empty for the natural function of
  ///     each statistic.
  ///   - leftOut: The names of statistics that are meaningless for several members, such as a
  ///     timestamp.
  public init(
    of schema: Schema, by functions: [AggregateFunction] = [],
    leavingOut leftOut: Set<String> = []
  ) {
    var names = UniqueNames(of: schema)
    var columns: [MemberColumn] = []
    var aggregated: [Statistic] = []
    var results: [ResultColumn] = []
    var (lanes, valueCounts, words) = (0, 0, 0)
    for (index, statistic) in schema.statistics.enumerated() {
      let natural = AggregateFunction.natural(for: statistic)
      let mode = AggregationMode(of: statistic)
      let applied =
        leftOut.contains(statistic.name)
        ? [] : Self.functions(for: statistic, natural: natural, requested: functions)
      let derivations = applied.map { function in
        let name = names.name(of: index, by: function, isNatural: function == natural)
        return (function, statistic.aggregated(by: function, name: name))
      }
      let length = derivations.reduce(0) { $0 + $1.1.size }
      let fits =
        words + length <= Schema.maximumWordCount
        && lanes + statistic.size <= Schema.maximumWordCount
      let isCounted = mode == .states || mode == .boolean
      let column = MemberColumn(
        mode: mode, format: WordFormat(isSigned: statistic.isSigned),
        words: fits ? statistic.words : 0..<0, lane: lanes,
        counts: valueCounts..<valueCounts + (isCounted && fits ? length : 0),
        functions: fits ? applied.compactMap { $0 } : [],
        isTotal: mode == .histogram || statistic.kind == .cumulative)
      columns.append(column)
      lanes += column.words.count
      valueCounts += column.counts.count
      guard fits else { continue }
      for (function, derived) in derivations {
        results.append(
          ResultColumn(
            column: index, function: function, words: words..<words + derived.size,
            factor: statistic.scale.factorOfAverage,
            isTotal: column.isTotal && (function == nil || function == .sum)))
        words += derived.size
        aggregated.append(derived)
      }
    }
    members = schema
    self.schema = Schema(packing: aggregated)
    self.columns = columns
    self.results = results
    blocks = LaneBlock.blocks(of: columns.flatMap(\.laneDescriptions))
    var blockByLane = Array(repeating: 0, count: lanes)
    for (index, block) in blocks.enumerated() {
      for step in 0..<block.count { blockByLane[block.lane + step] = index }
    }
    self.blockByLane = blockByLane
    valueCountTotal = valueCounts
    countedColumns = columns.indices.filter { !columns[$0].counts.isEmpty }
  }

  /// Returns the functions to apply to a statistic; `nil` means merge or count by value.
  private static func functions(
    for statistic: Statistic, natural: AggregateFunction?, requested: [AggregateFunction]
  ) -> [AggregateFunction?] {
    guard let natural else { return [nil] }
    if requested.isEmpty { return [natural] }
    var functions: [AggregateFunction] = []
    for function in requested
    where AggregateFunction.applies(function, to: statistic) && !functions.contains(function) {
      functions.append(function)
    }
    return functions
  }

  /// The origin of a statistic of the aggregate.
  ///
  /// - Returns: The index of the statistic in `members`, and the function; `nil` for a merged
  ///   histogram, or a state or boolean that is counted by value.
  public func origin(of index: Int) -> (statistic: Int, function: AggregateFunction?) {
    (results[index].column, results[index].function)
  }

  /// Returns `true` if `Aggregator.upstreamValue(of:_:)` has a result.
  ///
  /// Sum and average are available for every value, other functions if they were requested or are
  /// natural, and all functions for booleans. None is available for histograms and states, and no
  /// sum or average for unknown kinds.
  public func hasUpstreamValue(of statistic: Int, _ function: AggregateFunction) -> Bool {
    let column = columns[statistic]
    if column.mode == .boolean { return !column.counts.isEmpty }
    guard column.mode == .values, !column.functions.isEmpty else { return false }
    if function == .sum || function == .average {
      return AggregateFunction.applies(function, to: members.statistics[statistic])
    }
    return column.computes(function)
  }

  /// Adds the totals in a member's record to a record of the aggregate.
  ///
  /// Totals are sums of cumulative statistics, and merged histograms. The caller adds the totals of
  /// a member that appears or disappears between two samples, so that the growth of a sum is the
  /// growth that the members counted. Sums saturate below the inactive marker. An inactive word of
  /// the aggregate becomes the member's word; an inactive word of the member adds nothing.
  ///
  /// - Precondition: The records have the words of their schemas.
  public func addTotals(of member: Span<UInt64>, to aggregate: inout MutableSpan<UInt64>) {
    precondition(member.count >= members.wordCount, "a record of \(member.count) words")
    precondition(aggregate.count >= schema.wordCount, "an aggregate of \(aggregate.count) words")
    changeTotals(of: &aggregate, by: member, sign: 1)
  }

  /// Subtracts the totals in a member's record from a record of the aggregate.
  ///
  /// The caller subtracts the record that a returning member had when it disappeared. A word that
  /// is inactive in either record does not change.
  ///
  /// - Precondition: The records have the words of their schemas.
  public func removeTotals(of member: Span<UInt64>, from aggregate: inout MutableSpan<UInt64>) {
    precondition(member.count >= members.wordCount, "a record of \(member.count) words")
    precondition(aggregate.count >= schema.wordCount, "an aggregate of \(aggregate.count) words")
    changeTotals(of: &aggregate, by: member, sign: -1)
  }

  private func changeTotals(
    of aggregate: inout MutableSpan<UInt64>, by member: Span<UInt64>, sign: Int
  ) {
    for index in results.indices where results[index].isTotal {
      let words = results[index].words
      let column = columns[results[index].column]
      for step in 0..<words.count {
        let target = words.lowerBound + step
        let word = member[column.words.lowerBound + step]
        aggregate[target] =
          sign > 0
          ? column.format.sum(aggregate[target], word)
          : column.format.difference(aggregate[target], word)
      }
    }
  }
}
