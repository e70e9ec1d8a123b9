internal import Statistics
public import StatsFormats
public import StatsTree

/// Aggregates as blocks of text: a line for each statistic with what functions make of it.
///
/// ```
/// kvm  up
///   vcpus.kvm  of 6 by pidfd_getfd, 718 us ago, read in 21 us
///                    sum     max                        avg
///     exits        121 k  40.1 k  kvm/web1/vcpu0     20.2 k
///     12 statistics are zero
/// ```
/// The member that has the least or greatest value is named, unless all have the same. `list` is a
/// table of each member's own.
public struct AggregateText: Sendable {
  private let functions: [AggregateFunction]
  private let options: ShowText
  private let width: Int?

  /// - Parameters:
  ///   - functions: what is made of the members.
  ///   - options: of these zeros are hidden, and counts are shown as rates.
  ///   - width: how long lines may be; nil: lists are parted as for 100 characters.
  public init(functions: [AggregateFunction], _ options: ShowText, width: Int?) {
    self.functions = functions
    self.options = options
    self.width = width
  }

  /// The blocks of the sources that have aggregates, with a blank line between them.
  public func text(of sampler: Sampler, at moment: Timestamp) -> String {
    var text = ByteText()
    var notes: Set<Note> = []
    var last: Source?
    for block in AggregateLayout(sampler).blocks {
      if block.source !== last {
        if last != nil { text.append(byte: .newline) }
        options.appendHeading(of: block.source, at: moment, to: &text)
      }
      last = block.source
      for part in block.parts {
        options.appendHeading(
          of: part.entry, sampler, at: moment, namesFunctions: false, to: &text)
        let status = sampler.status(of: part.entry)
        guard status.hasNumbers, status != .stale(since: 0) else { continue }
        append(part, sampler, &notes, to: &text)
      }
    }
    for note in Note.allCases where notes.contains(note) {
      text.append(byte: .newline)
      text.append(note.text)
    }
    if !notes.isEmpty { text.append(byte: .newline) }
    return text.text
  }

  private func append(
    _ part: AggregatePart, _ sampler: Sampler, _ notes: inout Set<Note>, to text: inout ByteText
  ) {
    let folds = functions.filter { $0 != .list }
    if !folds.isEmpty {
      var table = TextTable(columns(folds))
      table.indent = 4
      var zeroCount = 0
      // A histogram has neither a least nor an average.
      for column in part.columns where folds.contains(where: { column.answers($0) }) {
        var lineNotes: Set<Note> = []
        let row = row(part, column, folds, sampler, &lineNotes)
        if options.hidesZeros, lineNotes.isEmpty, isZero(row) {
          zeroCount += 1
          continue
        }
        notes.formUnion(lineNotes)
        table.append(row)
      }
      if table.rowCount > 0 {
        let rendering = table.rendering(width: width)
        text.append(rendering.bytes)
        if !rendering.droppedColumns.isEmpty {
          text.append("    (no room for \(rendering.droppedColumns.joined(separator: ", ")))\n")
        }
      }
      appendCount(zeroCount, to: &text)
    }
    if functions.contains(.list) {
      let table = CrossTable(
        part.columns.map { (part, $0) }, sampler, showsRates: options.showsRates,
        hidesZeros: options.hidesZeros, &notes)
      text.append(table.text(width: width ?? 100, indent: 4))
      if folds.isEmpty { appendCount(table.zeroCount, to: &text) }
    }
  }

  private func columns(_ folds: [AggregateFunction]) -> [Column] {
    var columns = [Column("")]
    for (index, function) in folds.enumerated() {
      columns.append(Column(function.rawValue, .right, importance: 100 - index))
      // Whose it is goes first where there is no room.
      if function.picksMember { columns.append(Column("member", importance: -index)) }
    }
    return columns
  }

  private func row(
    _ part: AggregatePart, _ column: AggregateColumn, _ folds: [AggregateFunction],
    _ sampler: Sampler, _ notes: inout Set<Note>
  ) -> [String] {
    var cell = AggregateCell(part, column, sampler, showsRates: options.showsRates)
    var row = [column.name + (column.own ?? column.member).suffix(showsRates: false)]
    for function in folds {
      let (text, member) = cell.text(function, &notes)
      row.append(text)
      if function.picksMember { row.append(member ?? "") }
    }
    return row
  }

  /// Whether the numbers of a row say that nothing happened; the number of members that have zero
  /// says no more than that.
  private func isZero(_ row: [String]) -> Bool {
    var index = 1
    for function in functions where function != .list {
      let text = row[index]
      index += function.picksMember ? 2 : 1
      if function == .countZero { continue }
      if !text.saysNothing { return false }
    }
    return functions != [.countZero]
  }

  private func appendCount(_ zeroCount: Int, to text: inout ByteText) {
    guard zeroCount > 0 else { return }
    let phrase = zeroCount == 1 ? "statistic is" : "statistics are"
    text.append("    \(zeroCount) \(phrase) zero\n")
  }
}
