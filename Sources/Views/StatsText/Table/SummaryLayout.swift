internal import Statistics
internal import StatsFormats
import StatsKnowledge
internal import StatsTree

/// The rows and cells of a summary, found once for each generation of the tree.
struct SummaryLayout {
  /// Where the number of a row and column comes from.
  struct Cell {
    let placement: Placement
    let form: Int
    /// The aggregate among those of the row that it is of.
    let aggregate: Int?
  }

  struct Row {
    let source: Source
    let placements: [Placement]
    /// The ways that its numbers come but for aggregates: `pidfd_getfd+procfs`, or nothing.
    let plainProvenance: String
    let aggregates: [Plan.Entry]
    let cells: [Cell?]

    /// Whether a column says something of it; else it is shown only while it is not up.
    var hasNumbers: Bool { cells.contains { $0 != nil } }
  }

  let generation: UInt64
  let treeGeneration: UInt64
  private(set) var forms: [CellForm] = []
  private(set) var rows: [Row] = []

  init(_ sampler: Sampler, _ pattern: Pattern, _ names: [String], _ meanings: Meanings) {
    generation = sampler.plan.generation
    treeGeneration = sampler.tree.generation
    // Of each schema, the form of each column.
    var formsOf: [FormKey: [Int?]] = [:]
    for item in Listing(sampler, matching: pattern).items {
      let found = item.entries.map { entry in
        let schema = entry.group.schema
        let fold = entry.group.aggregation?.form
        let key = FormKey(schema: schema.hash, isFolded: fold != nil)
        if let known = formsOf[key] { return known }
        let made: [Int?] = names.map { name in
          guard let index = schema.index(of: name) else { return nil }
          forms.append(CellForm(of: index, meanings, in: schema, fold))
          return forms.count - 1
        }
        formsOf[key] = made
        return made
      }
      rows.append(Self.row(of: item, found, columnCount: names.count))
    }
  }

  /// What statistics with equal names have the same form in.
  private struct FormKey: Hashable {
    let schema: UInt64
    let isFolded: Bool
  }

  private static func row(
    of item: Listing.Item, _ forms: [[Int?]], columnCount: Int
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
        guard let form = forms[index][column] else { continue }
        return Cell(placement: entry.placement, form: form, aggregate: aggregateOf[index])
      }
      return nil
    }
    return Row(
      source: item.source, placements: item.entries.map(\.placement),
      plainProvenance: provenances.joined(separator: "+"), aggregates: aggregates, cells: cells)
  }

  /// Whether it is of what the sampler has now.
  func isOf(_ sampler: Sampler) -> Bool {
    generation == sampler.plan.generation && treeGeneration == sampler.tree.generation
  }
}

extension SummaryLayout.Row {
  /// The ways that its numbers come: `pidfd_getfd+procfs`, `aggregate(5/6)`.
  func provenance(in sampler: Sampler) -> String {
    if aggregates.isEmpty, !plainProvenance.isEmpty { return plainProvenance }
    var words = plainProvenance.isEmpty ? [] : [plainProvenance]
    for entry in aggregates {
      let word = sampler.way(of: entry)
      if !words.contains(word) { words.append(word) }
    }
    return words.isEmpty ? "-" : words.joined(separator: "+")
  }

  /// The status of the source, or where it is up that of the first group that is not.
  func status(in sampler: Sampler) -> Status {
    guard source.status == .up else { return source.status }
    for index in placements.indices {
      let status = sampler.status(at: placements[index])
      if status != .up { return status }
    }
    return .up
  }
}
