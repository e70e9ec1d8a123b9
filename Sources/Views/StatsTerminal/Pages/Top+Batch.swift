public import Statistics

extension Top {
  /// Returns all rows of the page as plain text, for files and pipes.
  ///
  /// - Parameters:
  ///   - columns: The line length.
  ///   - timestamp: The current time.
  ///   - clock: The time of day to show.
  /// - Returns: A line with the time, a line with the titles, and one line per row.
  public mutating func text(columns: Int, at timestamp: Timestamp, clock: String) -> String {
    let rowCount = model.current?.layout.tables.reduce(0) { max($0, $1.rows.count) } ?? 0
    let frame = frame(
      columns: columns, rows: max(Self.minimumSize.rows, rowCount + 5), at: timestamp, clock: clock)
    let rows = rowKeys.isEmpty ? 2 : rowKeys.count
    return ([0] + Array(2..<3 + rows)).map { frame.text(ofRow: $0) + "\n" }.joined()
  }
}
