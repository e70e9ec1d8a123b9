internal import Statistics
public import StatsTree

/// A row for each source, with how fast its telling statistics grow.
public struct SummaryTable: Sendable {
  /// The statistics that have a column, by name.
  public let statistics: [String]

  public init(statistics: [String]) {
    self.statistics = statistics
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
  /// none, as after the first pass. There is a column STATUS if any source is not up. A name that
  /// several groups of a source have is taken from the first. A source that is up and has none of
  /// the statistics has no row. With a `rowLimit` the sources behind it are left out.
  public func result(
    of sampler: Sampler, at moment: Moment, matching pattern: Pattern = .everything,
    rowLimit: Int = .max
  ) -> Result {
    let all = Listing(sampler, matching: pattern).items.filter { item in
      item.status(in: sampler) != .up || item.entries.contains { hasColumn($0.group.schema) }
    }
    let items = all.prefix(max(1, rowLimit))
    let statuses = items.map { $0.status(in: sampler) }
    let showsStatus = statuses.contains { $0 != .up }
    var table = TextTable(columns(for: sampler.plan, withStatus: showsStatus))
    let pending = Pending(.builtIn, of: statistics)
    var positions: [Schema: [Int?]] = [:]
    var notes: Set<Note> = []
    for (item, status) in zip(items, statuses) {
      var row = [item.source.path]
      if showsStatus { row.append(status == .up ? "" : status.text(at: moment)) }
      row.append(provenance(of: item))
      let schemas = item.entries.map { entry in
        let schema = entry.group.schema
        if let known = positions[schema] { return known }
        let found = statistics.map { schema.index(of: $0) }
        positions[schema] = found
        return found
      }
      for column in statistics.indices {
        row.append(cell(column, item, schemas, sampler, pending, &notes))
      }
      table.append(row)
    }
    return Result(
      table: table, notes: Note.allCases.filter(notes.contains),
      leftOutCount: all.count - items.count)
  }

  private func hasColumn(_ schema: Schema) -> Bool {
    statistics.contains { schema.index(of: $0) != nil }
  }

  private func columns(for plan: Plan, withStatus: Bool) -> [Column] {
    var columns = [Column("SOURCE", importance: .max)]
    if withStatus { columns.append(Column("STATUS", importance: .max)) }
    columns.append(Column("FROM", importance: -1))
    for (index, name) in statistics.enumerated() {
      let statistic = plan.entries.lazy.compactMap { $0.group.schema[name] }.first
      let suffix =
        switch statistic?.kind {
        case .cumulative: statistic?.isTimeSpent == true ? "%" : "/s"
        case .linearHistogram, .logHistogram: " p99"
        default: ""
        }
      // The caller's first is the most telling.
      columns.append(Column(name + suffix, .right, importance: statistics.count - index))
    }
    return columns
  }

  private func provenance(of item: Listing.Item) -> String {
    var words: [String] = []
    for entry in item.entries where !words.contains(entry.group.provenance.description) {
      words.append(entry.group.provenance.description)
    }
    return words.isEmpty ? "-" : words.joined(separator: "+")
  }

  private func cell(
    _ column: Int, _ item: Listing.Item, _ positions: [[Int?]], _ sampler: Sampler,
    _ pending: Pending, _ notes: inout Set<Note>
  ) -> String {
    for (entry, found) in zip(item.entries, positions) {
      guard let index = found[column] else { continue }
      let statistic = entry.group.schema.statistics[index]
      switch statistic.kind {
      case .cumulative:
        guard let rate = sampler.rate(statistic, of: entry) else { return "-" }
        if rate.increase == 0, pending.goesOn(statistic, sampler, entry) {
          notes.insert(.pending)
          return "-" + Note.pending.mark
        }
        let figure = Figure(rate, of: statistic)
        notes.formUnion(figure.notes)
        return figure.marked
      case .linearHistogram, .logHistogram:
        switch sampler.change(statistic, of: entry) {
        case .increase(let change):
          return HistogramText(change, of: statistic).bound(of: 0.99) ?? "-"
        case .reset(let since):
          notes.insert(.afterReset)
          return (HistogramText(since, of: statistic).bound(of: 0.99) ?? "-") + Note.afterReset.mark
        case nil: return "-"
        }
      case .instant, .peak, .state, .unknown:
        let word = sampler.value(statistic, of: entry)
        return word.flatMap { Quantity($0, of: statistic)?.text } ?? "-"
      }
    }
    return "-"
  }
}
