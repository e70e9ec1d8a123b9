public import Statistics
public import StatsFormats
public import StatsKnowledge
public import StatsTree

/// Makes a table with one row per aggregate and function, and one column per headline statistic (a
/// statistic that is important enough for a summary).
///
/// For counters, functions are applied to the rates of the members. For other statistics, functions
/// are applied to the values of the members. Rows, columns and members are looked up again only
/// after the plan or the tree changed. Therefore keep this value from one sample to the next.
public struct AggregateTable {
  /// The names of the statistics that have a column.
  public let statistics: [String]
  private let outputs: [AggregateOutput]
  private let meanings: Meanings
  private let pattern: Pattern
  private var layout: AggregateLayout?

  /// - Parameters:
  ///   - statistics: The names of the statistics that have a column.
  ///   - outputs: The functions to apply. The output `list` adds one table per aggregate (see
  ///     `lists`).
  ///   - meanings: Tells which statistics count the time of a wait only when the wait ends.
  ///   - pattern: Selects the sources whose aggregates are shown.
  public init(
    statistics: [String], outputs: [AggregateOutput], meanings: Meanings,
    matching pattern: Pattern = .everything
  ) {
    self.statistics = statistics
    self.outputs = outputs
    self.meanings = meanings
    self.pattern = pattern
  }

  /// Returns the rows of the sampler's last sample.
  ///
  /// There are no rows if `list` is the only output.
  ///
  /// Sources whose rows would exceed `rowLimit` are omitted. The first source is always included.
  public mutating func result(
    of sampler: Sampler, at timestamp: Timestamp, rowLimit: Int = .max
  ) -> SummaryTable.Result {
    let layout = currentLayout(sampler)
    let functions = outputs.compactMap(\.function)
    var table = TextTable(columns(of: layout))
    var notes: Set<Footnote> = []
    var omittedCount = 0
    for block in layout.blocks where !functions.isEmpty && !block.isNeverRead(in: sampler) {
      let places = statistics.map { block.column($0) }
      guard places.contains(where: { $0 != nil }) else { continue }
      guard table.rowCount == 0 || table.rowCount + functions.count <= rowLimit else {
        omittedCount += 1
        continue
      }
      var cells = places.map { place in
        place.map { place in
          AggregateCell(
            block.parts[place.part], block.parts[place.part].columns[place.column], sampler,
            showsRates: true)
        }
      }
      let members = block.fewestUpMembers(in: sampler).text
      for function in functions {
        var row = [
          block.source.path, "\(function.rawValue) of \(members)",
          block.provenances.joined(separator: "+"),
        ]
        for index in cells.indices {
          row.append(cells[index]?.text(function, &notes).text ?? "-")
        }
        table.append(row)
      }
    }
    return SummaryTable.Result(
      table: table, notes: Footnote.allCases.filter(notes.contains), omittedCount: omittedCount)
  }

  /// Returns one table per aggregate with the rates and values of its members.
  ///
  /// The text is empty if `list` is not among the outputs.
  public mutating func lists(of sampler: Sampler, width: Int) -> (text: [UInt8], notes: [Footnote])
  {
    guard outputs.contains(.list) else { return ([], []) }
    let layout = currentLayout(sampler)
    var text = ByteText()
    var notes: Set<Footnote> = []
    for block in layout.blocks where !block.isNeverRead(in: sampler) {
      let places = statistics.compactMap { block.column($0) }
      guard !places.isEmpty, !block.members.isEmpty else { continue }
      if !text.isEmpty { text.append(byte: .newline) }
      let columns = places.map { (block.parts[$0.part], block.parts[$0.part].columns[$0.column]) }
      text.append(
        printable: "\(block.source.path)  list of \(block.fewestUpMembers(in: sampler).text)"
          + " by \(block.provenances.joined(separator: "+"))")
      text.append(byte: .newline)
      let table = CrossTable(
        columns, sampler, showsRates: true, hidesZeros: false, &notes)
      text.append(table.text(width: width, indent: 2))
    }
    return (text.bytes, Footnote.allCases.filter(notes.contains))
  }

  private mutating func currentLayout(_ sampler: Sampler) -> AggregateLayout {
    if let layout, layout.isCurrent(for: sampler) { return layout }
    let made = AggregateLayout(sampler, meanings: meanings, matching: pattern)
    layout = made
    return made
  }

  private func columns(of layout: AggregateLayout) -> [Column] {
    var columns = [
      Column("SOURCE", importance: .max), Column("AGGREGATE", importance: .max),
      Column("FROM", importance: -1),
    ]
    for (index, name) in statistics.enumerated() {
      var formatter: CellFormatter?
      for block in layout.blocks where formatter == nil {
        guard let place = block.column(name) else { continue }
        let column = block.parts[place.part].columns[place.column]
        formatter = column.aggregate ?? column.member
      }
      let suffix = formatter?.suffix(showsRates: true) ?? ""
      columns.append(Column(name + suffix, .right, importance: statistics.count - index))
    }
    return columns
  }
}

extension CrossTable {
  /// Creates a table of the statistics of an aggregate and the members of the aggregate, with one
  /// value per statistic and member.
  init(
    _ columns: [(AggregatePart, AggregateColumn)], _ sampler: Sampler, showsRates: Bool,
    hidesZeros: Bool, _ notes: inout Set<Footnote>
  ) {
    self.init(sources: columns.first?.0.members.map(\.path) ?? [])
    for (part, column) in columns {
      let cells = part.members.map { member in
        showsRates
          ? column.member.rate(sampler, at: member.placement, memberCount: 1, &notes)
          : column.member.value(sampler, at: member.placement)
      }
      append(
        column.name + column.member.suffix(showsRates: showsRates), cells, hidesZeros: hidesZeros)
    }
  }
}
