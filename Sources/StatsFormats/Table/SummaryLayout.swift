internal import Statistics
internal import StatsTree

/// The rows and cells of a summary, found once for each generation of the tree.
struct SummaryLayout {
  /// A statistic as a schema has it.
  struct Form {
    let statistic: Statistic
    /// The statistic that is 1 while this one's time goes on uncounted.
    let pendingFlag: Statistic?
  }

  /// Where the number of a row and column comes from.
  struct Cell {
    let placement: Placement
    let form: Int
  }

  struct Row {
    let source: Source
    let placements: [Placement]
    let provenance: String
    let cells: [Cell?]

    /// Whether a column says something of it; else it is shown only while it is not up.
    var hasNumbers: Bool { cells.contains { $0 != nil } }
  }

  let generation: UInt64
  let treeGeneration: UInt64
  private(set) var forms: [Form] = []
  private(set) var rows: [Row] = []

  init(_ sampler: Sampler, _ pattern: Pattern, _ names: [String], _ meanings: Meanings) {
    generation = sampler.plan.generation
    treeGeneration = sampler.tree.generation
    let flags = names.map { name in
      meanings.all(named: name).lazy.compactMap(\.pendingWhile).first
    }
    // Of each schema, the form of each column.
    var formsOf: [UInt64: [Int?]] = [:]
    for item in Listing(sampler, matching: pattern).items {
      let found = item.entries.map { entry in
        let schema = entry.group.schema
        if let known = formsOf[schema.hash] { return known }
        let made: [Int?] = zip(names, flags).map { name, flag in
          guard let statistic = schema[name] else { return nil }
          forms.append(
            Form(statistic: statistic, pendingFlag: flag.flatMap { schema[$0] }))
          return forms.count - 1
        }
        formsOf[schema.hash] = made
        return made
      }
      let cells = names.indices.map { column -> Cell? in
        for (entry, forms) in zip(item.entries, found) {
          if let form = forms[column] { return Cell(placement: entry.placement, form: form) }
        }
        return nil
      }
      rows.append(
        Row(
          source: item.source, placements: item.entries.map(\.placement),
          provenance: Self.provenance(of: item.entries), cells: cells))
    }
  }

  /// Whether it is of what the sampler has now.
  func isOf(_ sampler: Sampler) -> Bool {
    generation == sampler.plan.generation && treeGeneration == sampler.tree.generation
  }

  private static func provenance(of entries: [Plan.Entry]) -> String {
    var words: [String] = []
    for entry in entries where !words.contains(entry.group.provenance.description) {
      words.append(entry.group.provenance.description)
    }
    return words.isEmpty ? "-" : words.joined(separator: "+")
  }
}

extension SummaryLayout.Row {
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
