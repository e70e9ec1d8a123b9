import Statistics
import StatsFormats
import StatsKnowledge
import StatsText
import StatsTree

/// What `vitals watch --aggregate` writes in each interval as a table.
struct AggregateView {
  private let functions: [AggregateFunction]
  private let chosen: [String]?
  /// The tables, and the generation of the plan that their columns were picked for.
  private var summary: (tables: [AggregateTable], generation: UInt64)?

  init(_ functions: [AggregateFunction], statistics: [String]?) {
    self.functions = functions
    chosen = statistics
  }

  /// The tables of the last pass, with what is to be said below them.
  ///
  /// - Parameters:
  ///   - sampler: whose last pass is shown.
  ///   - columns: how long lines may be; nil for no limit.
  ///   - rows: the most rows.
  /// - Returns: lines.
  mutating func bytes(of sampler: Sampler, columns: Int?, rows: Int) -> [UInt8] {
    var tables = currentTables(of: sampler)
    var (text, rest, leftOutCount): ([UInt8], Int, Int) = ([], rows, 0)
    var notes: [Note] = []
    for index in tables.indices {
      let result = tables[index].result(of: sampler, at: .now, rowLimit: max(1, rest))
      let rendering = result.table.rendering(width: columns)
      if result.table.rowCount > 0 {
        if !text.isEmpty { text.append(0x0a) }
        rest -= result.table.rowCount + 2
        text += rendering.bytes
        if !rendering.droppedColumns.isEmpty {
          text += Array("(no room for \(rendering.droppedColumns.joined(separator: ", ")))\n".utf8)
        }
      }
      leftOutCount += result.leftOutCount
      let lists = tables[index].lists(of: sampler, width: columns ?? 100)
      if !lists.text.isEmpty { text += (text.isEmpty ? [] : [0x0a]) + lists.text }
      for note in result.notes + lists.notes where !notes.contains(note) { notes.append(note) }
    }
    if leftOutCount > 0 {
      text += Array("(and \(leftOutCount) more sources: name some with a pattern)\n".utf8)
    }
    for note in Note.allCases where notes.contains(note) { text += Array((note.text + "\n").utf8) }
    summary?.tables = tables
    return text
  }

  private mutating func currentTables(of sampler: Sampler) -> [AggregateTable] {
    let generation = sampler.plan.generation
    if let summary, summary.generation == generation { return summary.tables }
    let made = tables(of: sampler)
    summary = (made, generation)
    return made
  }

  private func tables(of sampler: Sampler) -> [AggregateTable] {
    if let chosen { return [AggregateTable(statistics: chosen, functions: functions)] }
    let sections = SummarySection.published(in: sampler.plan)
    let published = sections.reduce(into: Set()) { $0.formUnion($1.paths) }
    let first = AggregateTable(
      statistics: SummaryTable.headlines(
        for: sampler, .builtIn, without: published, limit: WatchView.columnLimit),
      functions: functions, matching: Pattern(allBut: published))
    return [first]
      + sections.map { section in
        AggregateTable(
          statistics: SummaryTable.headlines(
            for: sampler, section, limit: WatchView.columnLimit),
          functions: functions, matching: Pattern(paths: section.paths))
      }
  }
}
