internal import Statistics
public import StatsFormats
import StatsKnowledge
public import StatsTree

/// A row for each source, with how fast its telling statistics grow.
///
/// Rows and columns are found once for each generation of the tree: keep the value between passes.
public struct SummaryTable {
  /// The statistics that have a column, by name.
  public let statistics: [String]
  /// Whether a histogram also has the bound of its median.
  public var showsMedians = false
  private let pattern: Pattern
  private var layout: SummaryLayout?

  public init(statistics: [String], matching pattern: Pattern = .everything) {
    self.statistics = statistics
    self.pattern = pattern
  }

  /// The table and the notes that its numbers have marks of.
  public struct Result: Sendable {
    public let table: TextTable
    public let notes: [Note]
    /// The sources that there was no room for.
    public let leftOutCount: Int
  }

  /// The rows of the sources that match, parents first.
  ///
  /// A count has its rate per second, time spent its share of the interval, a histogram the bound
  /// of the 99th percentile in the interval, anything else its value; `-` stands where there is
  /// none, as after the first pass. Of a sum 100 % is the time of one member, and states and
  /// booleans are the numbers of members by value. There is a column STATUS if any source is not
  /// up. A name that several groups of a source have is taken from the first. A source that is up
  /// and has none of the statistics has no row. With a `rowLimit` the sources behind it are left
  /// out.
  public mutating func result(
    of sampler: Sampler, at moment: Timestamp, rowLimit: Int = .max
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
    var notes: Set<Note> = []
    var words: [String] = []
    for (index, status) in shown {
      words.removeAll(keepingCapacity: true)
      words.append(layout.rows[index].source.path)
      if showsStatus { words.append(status == .up ? "" : status.text(at: moment)) }
      words.append(layout.rows[index].provenance(in: sampler))
      // How many may spend time at once.
      let parties = layout.rows[index].aggregates.map { sampler.members(of: $0)?.count ?? 1 }
      for cell in layout.rows[index].cells {
        words.append(
          cell.map { cell in
            layout.forms[cell.form].rate(
              sampler, at: cell.placement, parties: cell.aggregate.map { parties[$0] } ?? 1,
              showsMedians: showsMedians, &notes)
          } ?? "-")
      }
      table.append(words)
    }
    return Result(
      table: table, notes: Note.allCases.filter(notes.contains),
      leftOutCount: count - shown.count)
  }

  private mutating func currentLayout(_ sampler: Sampler) -> SummaryLayout {
    if let layout, layout.isOf(sampler) { return layout }
    let made = SummaryLayout(sampler, pattern, statistics, .builtIn)
    layout = made
    return made
  }

  private func columns(of layout: SummaryLayout, withStatus: Bool) -> [Column] {
    var columns = [Column("SOURCE", importance: .max)]
    if withStatus { columns.append(Column("STATUS", importance: .max)) }
    columns.append(Column("FROM", importance: -1))
    for (index, name) in statistics.enumerated() {
      let form = layout.forms.first { $0.statistic.name == name && $0.tally == nil }
      let suffix = form?.suffix(showsRates: true, showsMedians: showsMedians) ?? ""
      // The caller's first is the most telling.
      columns.append(Column(name + suffix, .right, importance: statistics.count - index))
    }
    return columns
  }
}
