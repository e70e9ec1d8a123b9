public import Statistics
public import StatsFormats
public import StatsKnowledge
public import StatsTree

/// Makes a table with one row per source and one column per headline statistic (a statistic that is
/// important enough for a summary).
///
/// Rows and columns are looked up again only after the plan or the tree changed. Therefore keep
/// this value from one sample to the next.
public struct SummaryTable {
  /// The names of the statistics that have a column.
  public let statistics: [String]
  /// Whether the cell of a histogram also contains the bound of the median.
  public var showsMedians = false
  private let meanings: Meanings
  private let pattern: Pattern
  private var layout: SummaryLayout?

  /// - Parameters:
  ///   - statistics: The names of the statistics that have a column, the most important first.
  ///   - meanings: Tells which statistics count the time of a wait only when the wait ends.
  ///   - pattern: Selects the sources.
  public init(
    statistics: [String], meanings: Meanings, matching pattern: Pattern = .everything
  ) {
    self.statistics = statistics
    self.meanings = meanings
    self.pattern = pattern
  }

  /// The table, and the footnotes whose marks are in the table.
  public struct Result: Sendable {
    public let table: TextTable
    public let notes: [Footnote]
    /// The number of sources beyond the row limit.
    public let omittedCount: Int
  }

  /// Returns the rows of the matching sources, parents first.
  ///
  /// A counter is shown as its rate per second. A counter of time is shown as its share of the
  /// interval. A histogram is shown as the bound of the 99th percentile in the interval. Any other
  /// statistic is shown as its value. A missing value is shown as `-`, for example a rate after the
  /// first sample. For an aggregate, 100 % is the time of one member, and a state or boolean is
  /// shown as the number of members with each value.
  ///
  /// The column STATUS exists if the status of any shown source is not `up`. If several groups of a
  /// source have a statistic with the same name, the first group is used. A source that is up and
  /// has none of the statistics has no row. Sources beyond `rowLimit` are omitted.
  public mutating func result(
    of sampler: Sampler, at timestamp: Timestamp, rowLimit: Int = .max
  ) -> Result {
    let layout = currentLayout(sampler)
    var shown: [(row: Int, status: Status)] = []
    var count = 0
    for index in layout.rows.indices {
      let status = layout.rows[index].status(in: sampler)
      guard status != .up || layout.rows[index].hasNumbers else { continue }
      count += 1
      if shown.count < max(1, rowLimit) { shown.append((index, status)) }
    }
    let showsStatus = shown.contains { $0.status != .up }
    var table = TextTable(columns(of: layout, withStatus: showsStatus))
    var notes: Set<Footnote> = []
    var words: [String] = []
    for (index, status) in shown {
      words.removeAll(keepingCapacity: true)
      words.append(layout.rows[index].source.path)
      if showsStatus { words.append(status == .up ? "" : status.text(at: timestamp)) }
      words.append(layout.rows[index].provenance(in: sampler))
      let memberCounts = layout.rows[index].aggregates.map {
        sampler.members(of: $0)?.count ?? 1
      }
      for cell in layout.rows[index].cells {
        words.append(
          cell.map { cell in
            layout.formatters[cell.formatter].rate(
              sampler, at: cell.placement,
              memberCount: cell.aggregate.map { memberCounts[$0] } ?? 1,
              showsMedians: showsMedians, &notes)
          } ?? "-")
      }
      table.append(words)
    }
    return Result(
      table: table, notes: Footnote.allCases.filter(notes.contains),
      omittedCount: count - shown.count)
  }

  private mutating func currentLayout(_ sampler: Sampler) -> SummaryLayout {
    if let layout, layout.isCurrent(for: sampler) { return layout }
    let made = SummaryLayout(sampler, pattern, statistics, meanings)
    layout = made
    return made
  }

  private func columns(of layout: SummaryLayout, withStatus: Bool) -> [Column] {
    var columns = [Column("SOURCE", importance: .max)]
    if withStatus { columns.append(Column("STATUS", importance: .max)) }
    columns.append(Column("FROM", importance: -1))
    for (index, name) in statistics.enumerated() {
      let formatter = layout.formatters.first {
        $0.statistic.name == name && $0.stateCounts == nil
      }
      let suffix = formatter?.suffix(showsRates: true, showsMedians: showsMedians) ?? ""
      columns.append(Column(name + suffix, .right, importance: statistics.count - index))
    }
    return columns
  }
}
