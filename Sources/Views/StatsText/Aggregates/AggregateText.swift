public import Statistics
public import StatsFormats
public import StatsTree

/// Writes aggregates as blocks of text, with one line per statistic and one column per function.
///
/// ```
/// kvm  up
///   vcpus.kvm  of 6 by pidfd_getfd, 718 us ago, read in 21 us
///                    sum     max                        avg
///     exits        121 k  40.1 k  kvm/web1/vcpu0     20.2 k
///     12 statistics are zero
/// ```
/// The column after `min` or `max` names the member that has the value. This column is empty if all
/// values are equal. The output `list` adds a table of the members' values.
public struct AggregateText: Sendable {
  private let outputs: [AggregateOutput]
  private let options: ShowText
  private let width: Int?

  /// - Parameters:
  ///   - outputs: The functions to apply, and whether to list the members.
  ///   - options: The options of `ShowText`: whether zeros are hidden, whether counters are shown
  ///     as rates, and the descriptions of the statistics.
  ///   - width: The maximum line length; nil for no limit. Without a limit, the tables of `list`
  ///     still have at most 100 characters per line.
  public init(outputs: [AggregateOutput], _ options: ShowText, width: Int?) {
    self.outputs = outputs
    self.options = options
    self.width = width
  }

  /// Returns the blocks of all sources that have aggregates, separated by blank lines.
  public func text(of sampler: Sampler, at timestamp: Timestamp) -> String {
    var text = ByteText()
    var notes: Set<Footnote> = []
    var last: Source?
    for block in AggregateLayout(sampler, meanings: options.meanings).blocks {
      if block.source !== last {
        if last != nil { text.append(byte: .newline) }
        options.appendHeading(of: block.source, at: timestamp, to: &text)
      }
      last = block.source
      for part in block.parts {
        options.appendHeading(
          of: part.entry, sampler, at: timestamp, namesFunctions: false, to: &text)
        let status = sampler.status(of: part.entry)
        guard status.hasNumbers else { continue }
        append(part, sampler, &notes, to: &text)
      }
    }
    for note in Footnote.allCases where notes.contains(note) {
      text.append(byte: .newline)
      text.append(note.text)
    }
    if !notes.isEmpty { text.append(byte: .newline) }
    return text.text
  }

  private func append(
    _ part: AggregatePart, _ sampler: Sampler, _ notes: inout Set<Footnote>, to text: inout ByteText
  ) {
    let functions = outputs.compactMap(\.function)
    if !functions.isEmpty {
      var table = TextTable(columns(functions))
      table.indent = 4
      var zeroCount = 0
      // Statistics without an applicable function are skipped, for example histograms if the only
      // functions are `min`, `max` and `avg`.
      for column in part.columns where functions.contains(where: { column.supports($0) }) {
        var lineNotes: Set<Footnote> = []
        let row = row(part, column, functions, sampler, &lineNotes)
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
    if outputs.contains(.list) {
      let table = CrossTable(
        part.columns.map { (part, $0) }, sampler, showsRates: options.showsRates,
        hidesZeros: options.hidesZeros, &notes)
      text.append(table.text(width: width ?? 100, indent: 4))
      if functions.isEmpty { appendCount(table.zeroCount, to: &text) }
    }
  }

  private func columns(_ functions: [AggregateFunction]) -> [Column] {
    var columns = [Column("")]
    for (index, function) in functions.enumerated() {
      columns.append(Column(function.rawValue, .right, importance: 100 - index))
      // If lines are too long, the columns with the names of members are dropped first.
      if function.picksMember { columns.append(Column("member", importance: -index)) }
    }
    return columns
  }

  private func row(
    _ part: AggregatePart, _ column: AggregateColumn, _ functions: [AggregateFunction],
    _ sampler: Sampler, _ notes: inout Set<Footnote>
  ) -> [String] {
    var cell = AggregateCell(part, column, sampler, showsRates: options.showsRates)
    var row = [column.name + (column.aggregate ?? column.member).suffix(showsRates: false)]
    for function in functions {
      let (text, member) = cell.text(function, &notes)
      row.append(text)
      if function.picksMember { row.append(member ?? "") }
    }
    return row
  }

  /// Returns `true` if all results in a row are zero or missing.
  ///
  /// The result of the function `zero` is ignored.
  private func isZero(_ row: [String]) -> Bool {
    var index = 1
    let functions = outputs.compactMap(\.function)
    for function in functions {
      let text = row[index]
      index += function.picksMember ? 2 : 1
      if function == .countZero { continue }
      if !text.isZeroOrMissing { return false }
    }
    return outputs != [.function(.countZero)]
  }

  private func appendCount(_ zeroCount: Int, to text: inout ByteText) {
    guard zeroCount > 0 else { return }
    let phrase = zeroCount == 1 ? "statistic is" : "statistics are"
    text.append("    \(zeroCount) \(phrase) zero\n")
  }
}
