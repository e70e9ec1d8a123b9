import LinuxSystem
import Statistics
import StatsFormats
import StatsInput
import StatsKnowledge
import StatsText
import StatsTree

/// Renders the output of `vitals watch` for each interval.
struct WatchView {
  private let format: OutputFormat
  /// The names of the statistics that the user selected; `nil` if the user selected none.
  private let selected: [String]?
  private var sample: SampleView
  private var aggregates: AggregateView?
  /// The tables, and the generation of the plan for which the tables' columns were chosen.
  ///
  /// The plan is the list of sampled groups; each change gives the plan a new generation.
  private var summary: (tables: [SummaryTable], generation: UInt64)?
  private var linesSinceHeader = 0
  /// The maximum number of statistics in a table if the user selects no statistics.
  static let maximumColumnCount = 9
  /// The number of lines after which the header is repeated, as in vmstat(8).
  private static let linesUnderHeader = 20

  init(
    _ format: OutputFormat, statistics: [String]?, outputs: [AggregateOutput]?,
    hidesZeros: Bool
  ) {
    self.format = format
    selected = statistics
    sample = SampleView(
      format, ShowText(meanings: .builtIn, hidesZeros: hidesZeros, showsRates: true),
      outputs: outputs)
    aggregates = outputs.map { AggregateView($0, statistics: statistics) }
  }

  /// Writes an event, for example that a VM or publisher appeared or ended.
  func report(_ event: InputEvent) throws {
    switch (format, event) {
    case (.table, _):
      try Console.write("\(localTimeText(realtimeNanoseconds()))  \(event.text.printable)\n")
    case (.json, _):
      if let line = WatchJSON.line(of: event, at: .now) {
        try Console.write(line)
      } else {
        Console.warn(event.text.printable)
      }
    case (.csv, _), (.openmetrics, _), (.prometheus, _), (.rrd, _):
      Console.warn(event.text.printable)
    }
  }

  /// Returns the text with the values of the last pass (sampling of all groups).
  mutating func bytes(of sampler: Sampler) -> [UInt8] {
    guard format == .table else { return sample.bytes(of: sampler) }
    // Write nothing if all sources have ended. Their end was reported, and their sums do not change
    // any more.
    if sampler.plan.entries.allSatisfy({ sampler.members(of: $0)?.count == 0 }) { return [] }
    if aggregates != nil {
      let size = Console.size
      let rows = size.map { $0.rows - 5 } ?? .max
      let tables = aggregates?.bytes(of: sampler, columns: size?.columns, rows: rows) ?? []
      return heading(of: sampler) + tables + [0x0a]
    }
    var sources = 0
    var last: ObjectIdentifier?
    for entry in sampler.plan.entries where last != ObjectIdentifier(entry.source) {
      last = ObjectIdentifier(entry.source)
      sources += 1
    }
    if sources == 1, selected != nil { return line(of: sampler) }
    if sources == 1 { return heading(of: sampler) + sample.bytes(of: sampler) + [0x0a] }
    return table(of: sampler)
  }

  /// Returns the tables with the values of the last pass.
  private mutating func results(of sampler: Sampler, rowLimit: Int) -> [SummaryTable.Result] {
    let generation = sampler.plan.generation
    var tables: [SummaryTable]
    if let summary, summary.generation == generation {
      tables = summary.tables
    } else {
      tables = self.tables(of: sampler)
    }
    var rest = rowLimit
    let time = Timestamp.now
    let results = tables.indices.map { index in
      // The titles of a table and the empty line before the titles need two rows.
      let result = tables[index].result(of: sampler, at: time, rowLimit: max(1, rest))
      if result.table.rowCount > 0 { rest -= result.table.rowCount + 2 }
      return result
    }
    summary = (tables, generation)
    return results
  }

  private func tables(of sampler: Sampler) -> [SummaryTable] {
    if let selected { return [SummaryTable(statistics: selected, meanings: .builtIn)] }
    let sections = SummarySection.published(in: sampler.plan)
    let published = sections.reduce(into: Set()) { $0.formUnion($1.paths) }
    // The first table contains the statistics with built-in meanings, and the sources that have
    // only a status.
    let first = SummaryTable(
      statistics: SummaryTable.headlines(
        for: sampler, .builtIn, without: published, limit: Self.maximumColumnCount),
      meanings: .builtIn, matching: Pattern(allBut: published))
    return [first]
      + sections.map { section in
        var table = SummaryTable(
          statistics: SummaryTable.headlines(for: sampler, section, limit: Self.maximumColumnCount),
          meanings: .builtIn, matching: Pattern(paths: section.paths))
        table.showsMedians = true
        return table
      }
  }

  private func heading(of sampler: Sampler) -> [UInt8] {
    let time = localTimeText(realtimeNanoseconds())
    // All groups are read within milliseconds, so the interval of any group is accurate enough for
    // a heading.
    let nominal = sampler.plan.entries.lazy.compactMap { sampler.interval(of: $0)?.nominal }.first
    let over = nominal.map {
      ", over \(Quantity(Decimal(mantissa: UInt128($0), exponent: -9), unit: .seconds).text)"
    }
    return Array("\(time)\(over ?? "")\n".utf8)
  }

  private mutating func table(of sampler: Sampler) -> [UInt8] {
    // Subtract the heading, the titles, two lines about omissions, and an empty line.
    let size = Console.size
    let rows = size.map { $0.rows - 5 } ?? .max
    var text = heading(of: sampler)
    var notes: [Footnote] = []
    let results = results(of: sampler, rowLimit: rows).filter { $0.table.rowCount > 0 }
    for (index, result) in results.enumerated() {
      if index > 0 { text.append(0x0a) }
      let rendering = result.table.rendering(width: size?.columns)
      text += rendering.bytes
      if !rendering.droppedColumns.isEmpty {
        text += Array("(no room for \(rendering.droppedColumns.joined(separator: ", ")))\n".utf8)
      }
      if result.omittedCount > 0 {
        text += Array(
          "(and \(result.omittedCount) more sources; select some with a pattern)\n".utf8)
      }
      for note in result.notes where !notes.contains(note) { notes.append(note) }
    }
    for note in notes { text += Array((note.text + "\n").utf8) }
    return text + [0x0a]
  }

  /// Returns one line for the only source.
  ///
  /// Every `linesUnderHeader` lines, a header precedes the line.
  private mutating func line(of sampler: Sampler) -> [UInt8] {
    let tables = results(of: sampler, rowLimit: .max).map(\.table)
    guard var table = tables.first(where: { $0.rowCount > 0 }) else { return [] }
    table.hasHeader = linesSinceHeader % Self.linesUnderHeader == 0
    linesSinceHeader += 1
    let time = localTimeText(realtimeNanoseconds())
    let lines = table.rendering(width: Console.width.map { max(20, $0 - 10) }).text
      .split(separator: "\n")
    let first = table.hasHeader ? ["TIME    "] : []
    return Array(
      zip(first + [time], lines).map { "\($0)  \($1)\n" }.joined().utf8)
  }
}
