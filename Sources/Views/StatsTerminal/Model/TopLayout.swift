internal import Statistics
internal import StatsFormats
import StatsKnowledge
import StatsText
internal import StatsTree

/// Finds the rows and columns of all views.
///
/// The layout is valid until the plan or the tree changes.
final class TopLayout {
  struct Column: Hashable {
    /// The name of the statistic.
    let name: String
    let title: String
    /// Whether other statistics divide the statistic of this column into causes.
    let hasCauses: Bool
  }

  struct Row {
    let source: Source
    let path: String
    let name: String
    /// The width of the name in terminal columns.
    let nameWidth: Int
    /// Whether the row is the sum of other rows.
    let isTotal: Bool
    /// The process ID of the VM or publisher.
    let pid: String?
    /// The IDs and placements of the groups from which the cells were made.
    ///
    /// A placement is the location of a group's values in the sampler's snapshots.
    let groups: [UInt64]
    let placements: [Placement]
    let cells: [TopCell?]
    let causes: TopCauses?
  }

  struct Table {
    let view: TopView
    let columns: [Column]
    let rows: [Row]
    /// The index of the row of each source.
    let indexOf: [ObjectIdentifier: Int]
    /// The index of the column whose statistic is divided into causes; nil if there is no such
    /// column.
    let wholeColumn: Int?
  }

  let generation: UInt64
  let treeGeneration: UInt64
  let tables: [Table]
  /// The maximum number of columns of a table.
  static let maximumColumnCount = 8

  /// Creates the layout of a sampler's current plan.
  ///
  /// Unchanged rows are copied from the old layout. If one of a hundred VMs starts or stops, the
  /// cells of the other VMs are therefore not looked up again.
  init(_ sampler: Sampler, _ meanings: Meanings, instead old: TopLayout? = nil) {
    generation = sampler.plan.generation
    treeGeneration = sampler.tree.generation
    var entries: [ObjectIdentifier: [Plan.Entry]] = [:]
    for entry in sampler.plan.entries {
      entries[ObjectIdentifier(entry.source), default: []].append(entry)
    }
    var sources: [TopView: [Source]] = [:]
    sampler.tree.root.visit { source in
      guard source !== sampler.tree.root, sampler.shows(source),
        let view = TopView(source)
      else { return }
      if entries[ObjectIdentifier(source)] != nil || source.status != .up {
        sources[view, default: []].append(source)
      }
    }
    tables = TopView.allCases.map { view in
      Self.table(
        view, sources[view] ?? [], entries, sampler, meanings,
        instead: old?.tables.first { $0.view == view })
    }
  }

  private static func table(
    _ view: TopView, _ sources: [Source], _ entries: [ObjectIdentifier: [Plan.Entry]],
    _ sampler: Sampler, _ meanings: Meanings, instead old: Table?
  ) -> Table {
    let columns = columns(sources, entries, sampler, meanings)
    let reusable = old?.columns == columns ? old : nil
    let rows = sources.map { source in
      let entries = entries[ObjectIdentifier(source)] ?? []
      if let index = reusable?.indexOf[ObjectIdentifier(source)], let row = reusable?.rows[index],
        row.isCurrent(for: source, entries)
      {
        return row
      }
      return self.row(view, source, entries, columns, meanings)
    }
    var indexOf: [ObjectIdentifier: Int] = [:]
    for index in rows.indices { indexOf[ObjectIdentifier(rows[index].source)] = index }
    return Table(
      view: view, columns: columns, rows: rows, indexOf: indexOf,
      wholeColumn: columns.firstIndex(where: \.hasCauses))
  }

  /// Returns the columns of the headline statistics, which are the statistics with a rank.
  ///
  /// A statistic that is part of another headline statistic has no column.
  private static func columns(
    _ sources: [Source], _ entries: [ObjectIdentifier: [Plan.Entry]], _ sampler: Sampler,
    _ meanings: Meanings
  ) -> [Column] {
    var ranks: [String: Int] = [:]
    var schemas: Set<UInt64> = []
    var wholes: Set<String> = []
    for source in sources {
      for entry in entries[ObjectIdentifier(source)] ?? []
      where schemas.insert(entry.group.schema.hash).inserted {
        for index in entry.shown {
          let all = meanings.all(named: entry.group.schema.statistics[index].name)
          wholes.formUnion(all.compactMap(\.partOf))
          if let name = all.first?.name { ranks[name] = all.compactMap(\.headline).min() }
        }
      }
    }
    let isPart = { (name: String) in
      meanings.all(named: name).contains { $0.partOf.map { ranks[$0] != nil } == true }
    }
    var names = ranks.filter { !isPart($0.key) }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
      .map(\.key)
    if names.isEmpty {
      // Statistics that are not in `meanings` have no ranks.
      let section = SummarySection(paths: Set(sources.map(\.path)))
      names = SummaryTable.headlines(for: sampler, section, limit: maximumColumnCount)
    }
    return names.prefix(maximumColumnCount).map { name in
      let title = meanings.all(named: name).lazy.compactMap(\.title).first
      return Column(name: name, title: title ?? name, hasCauses: wholes.contains(name))
    }
  }

  private static func row(
    _ view: TopView, _ source: Source, _ entries: [Plan.Entry], _ columns: [Column],
    _ meanings: Meanings
  ) -> Row {
    let path = source.path
    var causes: TopCauses?
    let cells = columns.map { column -> TopCell? in
      for entry in entries {
        guard let index = entry.group.schema.index(of: column.name) else { continue }
        if column.hasCauses { causes = TopCauses(of: column.name, in: entry, meanings) }
        return TopCell(index, of: entry, meanings)
      }
      return nil
    }
    let owner = view == .vcpus ? source.parent : source
    let name = view.name(of: path).printable
    return Row(
      source: source, path: path, name: name, nameWidth: CharacterWidth.of(name),
      isTotal: !path.contains("/"), pid: owner?.labels["pid"], groups: entries.map(\.group.id),
      placements: entries.map(\.placement), cells: cells, causes: causes)
  }

  /// Returns `true` if the plan and the tree have not changed since the layout was made.
  func isCurrent(for sampler: Sampler) -> Bool {
    generation == sampler.plan.generation && treeGeneration == sampler.tree.generation
  }
}

extension TopLayout.Row {
  /// Returns `true` if the row is still valid, because a new row of the source would be equal.
  fileprivate func isCurrent(for source: Source, _ entries: [Plan.Entry]) -> Bool {
    self.source === source && groups.count == entries.count
      && entries.indices.allSatisfy {
        groups[$0] == entries[$0].group.id && placements[$0] == entries[$0].placement
      }
  }
}
