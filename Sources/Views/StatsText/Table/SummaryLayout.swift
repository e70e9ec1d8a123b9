internal import Statistics
internal import StatsFormats
import StatsKnowledge
internal import StatsTree

/// Finds the rows and cells of a summary table.
///
/// The layout is valid until the plan or the tree changes.
struct SummaryLayout {
  /// The location and the format of the value in one row and column.
  struct Cell {
    let placement: Placement
    /// The index of the formatter in `formatters`.
    let formatter: Int
    /// The index of the group in the row's `aggregates`; nil if the group is not an aggregate.
    let aggregate: Int?
  }

  struct Row {
    let source: Source
    let placements: [Placement]
    /// The provenances (access methods) of the groups that are not aggregates, such as
    /// `pidfd_getfd+procfs`; empty if there are no such groups.
    let plainProvenance: String
    let aggregates: [Plan.Entry]
    let cells: [Cell?]

    /// Whether any column has a cell.
    ///
    /// A row without cells is shown only while its status is not `up`.
    var hasNumbers: Bool { cells.contains { $0 != nil } }
  }

  let generation: UInt64
  let treeGeneration: UInt64
  private(set) var formatters: [CellFormatter] = []
  private(set) var rows: [Row] = []

  init(_ sampler: Sampler, _ pattern: Pattern, _ names: [String], _ meanings: Meanings) {
    generation = sampler.plan.generation
    treeGeneration = sampler.tree.generation
    // For each schema, the index of the formatter of each column.
    var formattersOf: [FormatterKey: [Int?]] = [:]
    for item in VisibleSources(sampler, matching: pattern).items {
      let found = item.entries.map { entry in
        let schema = entry.group.schema
        let aggregate = entry.group.aggregation?.definition
        let key = FormatterKey(schema: schema.hash, isAggregate: aggregate != nil)
        if let known = formattersOf[key] { return known }
        let made: [Int?] = names.map { name in
          guard let index = schema.index(of: name) else { return nil }
          formatters.append(
            CellFormatter(of: index, in: schema, aggregate, meanings: meanings))
          return formatters.count - 1
        }
        formattersOf[key] = made
        return made
      }
      rows.append(Self.row(of: item, found, columnCount: names.count))
    }
  }

  /// Identifies the formatters of a group.
  ///
  /// Groups with equal keys have the same formatters.
  private struct FormatterKey: Hashable {
    let schema: UInt64
    let isAggregate: Bool
  }

  private static func row(
    of item: VisibleSources.Item, _ formatters: [[Int?]], columnCount: Int
  ) -> Row {
    var provenances: [String] = []
    var aggregates: [Plan.Entry] = []
    var aggregateOf: [Int?] = []
    for entry in item.entries {
      if entry.group.aggregation != nil {
        aggregateOf.append(aggregates.count)
        aggregates.append(entry)
      } else {
        aggregateOf.append(nil)
        let word = entry.group.provenance.description
        if !provenances.contains(word) { provenances.append(word) }
      }
    }
    let cells = (0..<columnCount).map { column -> Cell? in
      for (index, entry) in item.entries.enumerated() {
        guard let formatter = formatters[index][column] else { continue }
        return Cell(
          placement: entry.placement, formatter: formatter, aggregate: aggregateOf[index])
      }
      return nil
    }
    return Row(
      source: item.source, placements: item.entries.map(\.placement),
      plainProvenance: provenances.joined(separator: "+"), aggregates: aggregates, cells: cells)
  }

  /// Returns `true` if the plan and the tree have not changed since the layout was made.
  func isCurrent(for sampler: Sampler) -> Bool {
    generation == sampler.plan.generation && treeGeneration == sampler.tree.generation
  }
}

extension SummaryLayout.Row {
  /// Returns the provenances of the row, such as `pidfd_getfd+procfs` or `aggregate(5/6)`.
  func provenance(in sampler: Sampler) -> String {
    if aggregates.isEmpty, !plainProvenance.isEmpty { return plainProvenance }
    var words = plainProvenance.isEmpty ? [] : [plainProvenance]
    for entry in aggregates {
      let word = sampler.provenanceText(of: entry)
      if !words.contains(word) { words.append(word) }
    }
    return words.isEmpty ? "-" : words.joined(separator: "+")
  }

  /// Returns the status of the source or, if the source is up, the status of the first group that
  /// is not up.
  ///
  /// The result is `up` if the source and all groups are up.
  func status(in sampler: Sampler) -> Status {
    guard source.status == .up else { return source.status }
    for index in placements.indices {
      let status = sampler.status(at: placements[index])
      if status != .up { return status }
    }
    return .up
  }
}
