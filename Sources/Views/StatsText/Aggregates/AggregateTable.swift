public import StatsFormats
public import StatsTree

/// A row for each aggregate and function, with how fast telling statistics grow.
///
/// The functions are applied to the members' rates of counts, and to the values of all else.
/// Rows, columns and members are found once for each generation of the tree: keep the value
/// between passes.
public struct AggregateTable {
  /// The statistics that have a column, by name.
  public let statistics: [String]
  private let functions: [AggregateFunction]
  private let pattern: Pattern
  private var layout: AggregateLayout?

  /// - Parameters:
  ///   - statistics: the columns.
  ///   - functions: what is made of the members; `list` has a table of its own.
  ///   - pattern: the sources whose aggregates are shown.
  public init(
    statistics: [String], functions: [AggregateFunction], matching pattern: Pattern = .everything
  ) {
    self.statistics = statistics
    self.functions = functions
    self.pattern = pattern
  }

  /// The rows of the last pass; none where only `list` is asked for.
  ///
  /// With a `rowLimit` the sources behind it are left out, but never the first one.
  public mutating func result(
    of sampler: Sampler, at moment: Timestamp, rowLimit: Int = .max
  ) -> SummaryTable.Result {
    let layout = currentLayout(sampler)
    let folds = functions.filter { $0 != .list }
    var table = TextTable(columns(of: layout))
    var notes: Set<Note> = []
    var leftOutCount = 0
    for block in layout.blocks where !folds.isEmpty && !block.isSilent(in: sampler) {
      let places = statistics.map { block.column($0) }
      guard places.contains(where: { $0 != nil }) else { continue }
      guard table.rowCount == 0 || table.rowCount + folds.count <= rowLimit else {
        leftOutCount += 1
        continue
      }
      var cells = places.map { place in
        place.map { place in
          AggregateCell(
            block.parts[place.part], block.parts[place.part].columns[place.column], sampler,
            showsRates: true)
        }
      }
      let members = block.leastMembers(in: sampler).text
      for function in folds {
        var row = [
          block.source.path, "\(function.rawValue) of \(members)",
          block.ways.joined(separator: "+"),
        ]
        for index in cells.indices {
          row.append(cells[index]?.text(function, &notes).text ?? "-")
        }
        table.append(row)
      }
    }
    return SummaryTable.Result(
      table: table, notes: Note.allCases.filter(notes.contains), leftOutCount: leftOutCount)
  }

  /// Each member's own rates and values, where `list` is asked for: a table for each aggregate.
  public mutating func lists(of sampler: Sampler, width: Int) -> (text: [UInt8], notes: [Note]) {
    guard functions.contains(.list) else { return ([], []) }
    let layout = currentLayout(sampler)
    var text = ByteText()
    var notes: Set<Note> = []
    for block in layout.blocks where !block.isSilent(in: sampler) {
      let places = statistics.compactMap { block.column($0) }
      guard !places.isEmpty, !block.members.isEmpty else { continue }
      if !text.isEmpty { text.append(byte: .newline) }
      let columns = places.map { (block.parts[$0.part], block.parts[$0.part].columns[$0.column]) }
      text.append(
        printable: "\(block.source.path)  list of \(block.leastMembers(in: sampler).text)"
          + " by \(block.ways.joined(separator: "+"))")
      text.append(byte: .newline)
      let table = CrossTable(
        columns, sampler, showsRates: true, hidesZeros: false, &notes)
      text.append(table.text(width: width, indent: 2))
    }
    return (text.bytes, Note.allCases.filter(notes.contains))
  }

  private mutating func currentLayout(_ sampler: Sampler) -> AggregateLayout {
    if let layout, layout.isOf(sampler) { return layout }
    let made = AggregateLayout(sampler, pattern)
    layout = made
    return made
  }

  private func columns(of layout: AggregateLayout) -> [Column] {
    var columns = [
      Column("SOURCE", importance: .max), Column("AGGREGATE", importance: .max),
      Column("FROM", importance: -1),
    ]
    for (index, name) in statistics.enumerated() {
      var form: CellForm?
      for block in layout.blocks where form == nil {
        guard let place = block.column(name) else { continue }
        let column = block.parts[place.part].columns[place.column]
        form = column.own ?? column.member
      }
      let suffix = form?.suffix(showsRates: true) ?? ""
      columns.append(Column(name + suffix, .right, importance: statistics.count - index))
    }
    return columns
  }
}

extension CrossTable {
  /// The members of an aggregate by its statistics.
  init(
    _ columns: [(AggregatePart, AggregateColumn)], _ sampler: Sampler, showsRates: Bool,
    hidesZeros: Bool, _ notes: inout Set<Note>
  ) {
    self.init(sources: columns.first?.0.members.map(\.path) ?? [])
    for (part, column) in columns {
      let cells = part.members.map { member in
        showsRates
          ? column.member.rate(sampler, at: member.placement, parties: 1, &notes)
          : column.member.value(sampler, at: member.placement)
      }
      append(
        column.name + column.member.suffix(showsRates: showsRates), cells, hidesZeros: hidesZeros)
    }
  }
}
