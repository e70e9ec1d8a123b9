/// Describes an aggregate: its schema, and from which words of its members each word is computed.
///
/// A member is a group whose values the aggregate combines. A record is the words of one group in a
/// sample. The description is computed once. Each statistic of the members gives one statistic per
/// requested function. These statistics are in the order of the request, without gaps. The result
/// of the default ("natural") function keeps the name of the statistic; for other functions, the
/// name of the function is appended: `exits`, `exits.max`. Histograms are merged; states and
/// booleans are counted by value. Each histogram, state or boolean gives one statistic under its
/// own name, whatever functions are requested. A statistic is omitted if no requested function is
/// meaningful for it, for example if only the sum of an unknown kind is requested.
///
/// - A histogram has the same buckets as in the members; each bucket is the sum of the members'
///   buckets.
/// - A state becomes a linear histogram of its values; `states` has the names of the values. The
///   last bucket has no name and counts all other values.
/// - A boolean becomes a histogram with the buckets "no" and "yes"; a value above 0 counts as
///   "yes".
///
/// If a statistic of another kind has several words, each word is aggregated on its own. If a state
/// or boolean has several words, all of them are counted together. A statistic is omitted if the
/// record of the aggregate would exceed the maximum length.
public struct AggregateSchema: Sendable {
  /// The schema that all members have.
  public let members: Schema
  /// The schema of the aggregate; its words have no gaps.
  public let schema: Schema

  /// How each statistic of the members is aggregated; has the same indices as `members.statistics`.
  let columns: [MemberColumn]
  /// How each statistic of the aggregate is computed; has the same indices as `schema.statistics`.
  let results: [ResultColumn]
  /// Blocks of adjacent words that are read together; a lane is one word of a member's record.
  let blocks: [LaneBlock]
  /// For each lane, the index of its block.
  let blockByLane: [Int]
  /// The number of counters of all statistics that are counted by value.
  let valueCountTotal: Int
  /// The indices of the columns whose values are counted.
  let countedColumns: [Int]

  /// - Parameters:
  ///   - schema: The schema of all members.
  ///   - functions: The functions to apply, without duplicates. If `functions` is empty, each
  ///     statistic gets its natural function.
  ///   - leftOut: The names of statistics that have no meaningful aggregate, such as a timestamp.
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

  /// Returns the functions to apply to a statistic; the element `nil` means: merge, or count by
  /// value.
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

  /// The statistic and function from which a statistic of the aggregate is computed.
  ///
  /// - Returns: The index of the statistic in `members`, and the function. The function is `nil`
  ///   for a merged histogram, and for a state or boolean that is counted by value.
  public func origin(of index: Int) -> (statistic: Int, function: AggregateFunction?) {
    (results[index].column, results[index].function)
  }

  /// Returns `true` if `Aggregator.upstreamValue(of:_:)` has a result.
  ///
  /// For numbers, the sum and the average are always available; another function is available if it
  /// was requested or is the natural one. For booleans, all functions are available. For histograms
  /// and states, no function is available. For unknown kinds, the sum and the average are not
  /// available.
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
  /// Totals are sums of cumulative statistics, and merged histograms. Call this for a member that
  /// appears or disappears between two samples. The growth of a sum then equals the growth that the
  /// members counted. Sums saturate below the inactive marker, which means "no value". If the
  /// aggregate's word is inactive, it becomes the member's word. An inactive word of the member
  /// adds nothing.
  ///
  /// - Precondition: Each record has at least the number of words of its schema.
  public func addTotals(of member: Span<UInt64>, to aggregate: inout MutableSpan<UInt64>) {
    precondition(member.count >= members.wordCount, "a record of \(member.count) words")
    precondition(aggregate.count >= schema.wordCount, "an aggregate of \(aggregate.count) words")
    changeTotals(of: &aggregate, by: member, sign: 1)
  }

  /// Subtracts the totals in a member's record from a record of the aggregate.
  ///
  /// Call this when a member returns, with the record that the member had when it disappeared. A
  /// word that is inactive in either record does not change.
  ///
  /// - Precondition: Each record has at least the number of words of its schema.
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
