internal import Statistics
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
    of sampler: Sampler, at moment: Moment, rowLimit: Int = .max
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
            text(
              of: cell, layout.forms[cell.form], cell.aggregate.map { parties[$0] } ?? 1, sampler,
              &notes)
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
      let statistic = layout.forms.first { $0.statistic.name == name && $0.tally == nil }?
        .statistic
      let suffix =
        switch statistic?.kind {
        case .cumulative: statistic?.isTimeSpent == true ? "%" : "/s"
        case .linearHistogram, .logHistogram: showsMedians ? " p50,p99" : " p99"
        default: ""
        }
      // The caller's first is the most telling.
      columns.append(Column(name + suffix, .right, importance: statistics.count - index))
    }
    return columns
  }

  private func text(
    of cell: SummaryLayout.Cell, _ form: SummaryLayout.Form, _ parties: Int, _ sampler: Sampler,
    _ notes: inout Set<Note>
  ) -> String {
    let statistic = form.statistic
    if let tally = form.tally {
      return sampler.counts(statistic, at: cell.placement).map { tally.text($0) } ?? "-"
    }
    switch statistic.kind {
    case .cumulative:
      guard let rate = sampler.rate(statistic, at: cell.placement) else { return "-" }
      let mayGoOn = rate.increase == 0 || parties > 1
      let goesOn = mayGoOn && form.pendingFlag?.isSet(sampler, at: cell.placement) == true
      let figure = Figure(rate, of: statistic, parties: parties, goesOn: goesOn)
      if !figure.notes.isEmpty { notes.formUnion(figure.notes) }
      return figure.marked
    case .linearHistogram, .logHistogram:
      switch sampler.change(statistic, at: cell.placement) {
      case .increase(let change):
        return bounds(of: HistogramText(change, of: statistic))
      case .reset(let since):
        notes.insert(.afterReset)
        return bounds(of: HistogramText(since, of: statistic)) + Note.afterReset.mark
      case nil: return "-"
      }
    case .instant, .peak, .state, .unknown:
      let word = sampler.value(statistic, at: cell.placement)
      return word.flatMap { Quantity($0, of: statistic)?.text } ?? "-"
    }
  }

  private func bounds(of histogram: HistogramText) -> String {
    guard let high = histogram.bound(of: 0.99) else { return "-" }
    guard showsMedians, let median = histogram.bound(of: 0.5), median != high else { return high }
    return "\(median), \(high)"
  }
}
