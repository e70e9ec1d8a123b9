/// The schema that a fold has, and where its words come from; made once.
///
/// Each statistic of the members has one statistic in the fold for each function that was asked for,
/// in the order in which they were asked for, one after the other. The natural function keeps the
/// name, others append theirs: `exits`, `exits.max`. Histograms are merged, states and booleans
/// counted by value, once and under their own name, whatever was asked for. A statistic that none of
/// the functions fits, as an unknown kind, of which only the least and the greatest say something,
/// is not in the fold.
///
/// - A histogram has the members' buckets, added up.
/// - A state becomes a linear histogram of its values, of which `states` are the names; the last
///   bucket has no name and counts every other value.
/// - A boolean becomes one of "no" and "yes"; a value above 0 is yes.
///
/// Where a statistic of another kind has several words, each is folded for itself, but those of a
/// state or boolean are counted together. Statistics that would make the record longer than a record
/// may be are left out.
public struct AggregateSchema: Sendable {
  /// The schema of the members.
  public let source: Schema
  /// The schema of the fold: its words lie one after the other.
  public let schema: Schema

  /// By position in the source.
  let columns: [FoldColumn]
  /// By position in the fold.
  let parts: [FoldPart]
  /// Where the words of all columns are gathered.
  let tiles: [LaneBlock]
  /// By lane, the tile that has it.
  let tileByLane: [Int]
  let tallyCount: Int
  /// The columns that are counted by value.
  let counted: [Int]

  /// - Parameters:
  ///   - schema: The schema that all members carry.
  ///   - functions: What to make of each statistic, each once; empty is what is natural for it.
  ///   - leftOut: The names of statistics that say nothing of several members, such as a moment.
  public init(
    of schema: Schema, by functions: [FoldFunction] = [], leavingOut leftOut: Set<String> = []
  ) {
    var names = FoldNames(of: schema)
    var columns: [FoldColumn] = []
    var folded: [Statistic] = []
    var parts: [FoldPart] = []
    var (lanes, tallies, words) = (0, 0, 0)
    for (index, statistic) in schema.statistics.enumerated() {
      let natural = FoldFunction.natural(for: statistic)
      let treatment = FoldTreatment(of: statistic)
      let asked =
        leftOut.contains(statistic.name)
        ? [] : Self.functions(for: statistic, natural: natural, asked: functions)
      let made = asked.map { function in
        let name = names.name(of: index, by: function, isNatural: function == natural)
        return (function, statistic.folded(by: function, name: name))
      }
      let length = made.reduce(0) { $0 + $1.1.size }
      let fits =
        words + length <= Schema.largestWordCount
        && lanes + statistic.size <= Schema.largestWordCount
      let isCounted = treatment == .names || treatment == .flag
      let column = FoldColumn(
        treatment: treatment, word: FoldWord(isSigned: statistic.isSigned),
        words: fits ? statistic.words : 0..<0, lane: lanes,
        tally: tallies..<tallies + (isCounted && fits ? length : 0),
        functions: fits ? asked.compactMap { $0 } : [],
        isTotal: treatment == .merge || statistic.kind == .cumulative)
      columns.append(column)
      lanes += column.words.count
      tallies += column.tally.count
      guard fits else { continue }
      for (function, derived) in made {
        parts.append(
          FoldPart(
            column: index, function: function, words: words..<words + derived.size,
            factor: statistic.scale.factorOfAverage,
            isTotal: column.isTotal && (function == nil || function == .sum)))
        words += derived.size
        folded.append(derived)
      }
    }
    source = schema
    self.schema = Schema(packing: folded)
    self.columns = columns
    self.parts = parts
    tiles = LaneBlock.tiles(of: columns.flatMap(\.gathered))
    var tileByLane = Array(repeating: 0, count: lanes)
    for (index, tile) in tiles.enumerated() {
      for step in 0..<tile.count { tileByLane[tile.lane + step] = index }
    }
    self.tileByLane = tileByLane
    tallyCount = tallies
    counted = columns.indices.filter { !columns[$0].tally.isEmpty }
  }

  /// What a statistic gets: nil is a form of its own.
  private static func functions(
    for statistic: Statistic, natural: FoldFunction?, asked: [FoldFunction]
  ) -> [FoldFunction?] {
    guard let natural else { return [nil] }
    if asked.isEmpty { return [natural] }
    var functions: [FoldFunction] = []
    for function in asked
    where FoldFunction.applies(function, to: statistic) && !functions.contains(function) {
      functions.append(function)
    }
    return functions
  }

  /// Where a statistic of the fold comes from: a position in the source, and by which function.
  ///
  /// The function is nil where histograms are merged, or a state or boolean is counted by value.
  public func origin(of index: Int) -> (statistic: Int, function: FoldFunction?) {
    (parts[index].column, parts[index].function)
  }

  /// Whether a fold of this form can say what upstream's aggregate of a statistic is.
  ///
  /// Sum and average are there of every number, the others where they were asked for or natural, and
  /// all of a boolean. Of histograms, states and unknown kinds' sums there are none.
  public func hasUpstreamValue(of statistic: Int, _ function: FoldFunction) -> Bool {
    let column = columns[statistic]
    if column.treatment == .flag { return !column.tally.isEmpty }
    guard column.treatment == .number, !column.functions.isEmpty else { return false }
    if function == .sum || function == .average {
      return FoldFunction.applies(function, to: source.statistics[statistic])
    }
    return column.makes(function)
  }

  /// Adds the words that only grow of a member's record to a record of the fold.
  ///
  /// Those are sums of cumulative statistics, and merged histograms. It is for a member that arrives
  /// or leaves between two samples, so that the growth of a sum is what was counted. Sums stop below
  /// the marker; an inactive word of the fold becomes the member's, and one of the member is no
  /// summand.
  ///
  /// - Precondition: the records have the words of their schemas.
  public func addTotals(of member: Span<UInt64>, to folded: inout MutableSpan<UInt64>) {
    precondition(member.count >= source.wordCount, "a record of \(member.count) words")
    precondition(folded.count >= schema.wordCount, "a fold of \(folded.count) words")
    changeTotals(of: &folded, by: member, sign: 1)
  }

  /// Takes the words that only grow of a member's record out of a record of the fold.
  ///
  /// It is for a member that comes back: the record is what it had when it left. A word that is
  /// inactive in either stays as it is.
  ///
  /// - Precondition: the records have the words of their schemas.
  public func removeTotals(of member: Span<UInt64>, from folded: inout MutableSpan<UInt64>) {
    precondition(member.count >= source.wordCount, "a record of \(member.count) words")
    precondition(folded.count >= schema.wordCount, "a fold of \(folded.count) words")
    changeTotals(of: &folded, by: member, sign: -1)
  }

  private func changeTotals(
    of folded: inout MutableSpan<UInt64>, by member: Span<UInt64>, sign: Int
  ) {
    for index in parts.indices where parts[index].isTotal {
      let words = parts[index].words
      let column = columns[parts[index].column]
      for step in 0..<words.count {
        let target = words.lowerBound + step
        let word = member[column.words.lowerBound + step]
        folded[target] =
          sign > 0
          ? column.word.sum(folded[target], word) : column.word.difference(folded[target], word)
      }
    }
  }
}
