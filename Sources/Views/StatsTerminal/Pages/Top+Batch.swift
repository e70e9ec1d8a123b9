public import StatsFormats

extension Top {
  /// The rows of the page as plain text, however many they are: for files and pipes.
  ///
  /// - Parameters:
  ///   - columns: the width of a line.
  ///   - moment: the time of both clocks.
  ///   - clock: the time of day, for the person.
  /// - Returns: a line of when, the titles and the rows.
  public mutating func text(columns: Int, at moment: Timestamp, clock: String) -> String {
    let most = model.current?.layout.tables.reduce(0) { max($0, $1.rows.count) } ?? 0
    let frame = frame(
      columns: columns, rows: max(Self.smallest.rows, most + 5), at: moment, clock: clock)
    let rows = rowKeys.isEmpty ? 2 : rowKeys.count
    return ([0] + Array(2..<3 + rows)).map { frame.text(ofRow: $0) + "\n" }.joined()
  }
}
