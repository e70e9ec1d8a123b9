import Statistics
import StatsFormats
import StatsInput
import StatsKnowledge
import StatsText
import StatsTree

/// Renders the tables that `vitals watch --aggregate` writes in each interval.
struct AggregateView {
  private let outputs: [AggregateOutput]
  /// The names of the statistics that the user selected; `nil` if the user selected none.
  private let selected: [String]?
  /// The tables, and the generation of the plan for which the tables' columns were chosen.
  ///
  /// The plan is the list of sampled groups; each change gives the plan a new generation.
  private var summary: (tables: [AggregateTable], generation: UInt64)?

  init(_ outputs: [AggregateOutput], statistics: [String]?) {
    self.outputs = outputs
    selected = statistics
  }

  /// Renders the tables with the values of the last pass (sampling of all groups), and the
  /// footnotes.
  ///
  /// - Parameters:
  ///   - sampler: the sampler that made the last pass.
  ///   - columns: the maximum length of a line; `nil` for no limit.
  ///   - rows: the maximum number of rows.
  /// - Returns: lines of text.
  mutating func bytes(of sampler: Sampler, columns: Int?, rows: Int) -> [UInt8] {
    var tables = currentTables(of: sampler)
    var (text, rest, omittedCount): ([UInt8], Int, Int) = ([], rows, 0)
    var notes: [Footnote] = []
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
      omittedCount += result.omittedCount
      let lists = tables[index].lists(of: sampler, width: columns ?? 100)
      if !lists.text.isEmpty { text += (text.isEmpty ? [] : [0x0a]) + lists.text }
      for note in result.notes + lists.notes where !notes.contains(note) { notes.append(note) }
    }
    if omittedCount > 0 {
      text += Array("(and \(omittedCount) more sources; select some with a pattern)\n".utf8)
    }
    for note in Footnote.allCases where notes.contains(note) {
      text += Array((note.text + "\n").utf8)
    }
    summary?.tables = tables
    return text
  }

  private mutating func currentTables(of sampler: Sampler) -> [AggregateTable] {
    let generation = sampler.plan.generation
    if let summary, summary.generation == generation { return summary.tables }
    let tables = tables(of: sampler)
    summary = (tables, generation)
    return tables
  }

  private func tables(of sampler: Sampler) -> [AggregateTable] {
    if let selected {
      return [AggregateTable(statistics: selected, outputs: outputs, meanings: .builtIn)]
    }
    let sections = SummarySection.published(in: sampler.plan)
    let published = sections.reduce(into: Set()) { $0.formUnion($1.paths) }
    let first = AggregateTable(
      statistics: SummaryTable.headlines(
        for: sampler, .builtIn, without: published, limit: WatchView.maximumColumnCount),
      outputs: outputs, meanings: .builtIn, matching: Pattern(allBut: published))
    return [first]
      + sections.map { section in
        AggregateTable(
          statistics: SummaryTable.headlines(
            for: sampler, section, limit: WatchView.maximumColumnCount),
          outputs: outputs, meanings: .builtIn, matching: Pattern(paths: section.paths))
      }
  }
}
