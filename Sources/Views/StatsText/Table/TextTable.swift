internal import StatsFormats

/// Rows of text in columns that stand below each other.
///
/// A character is one scalar wide. Cells are made safe for a terminal.
public struct TextTable: Sendable {
  public let columns: [Column]
  /// Whether the titles are the first line.
  public var hasHeader = true
  /// The spaces before each line.
  public var indent = 0

  // The cells row by row: where each ends in `bytes`, and how many characters it has.
  private var cells = ByteText()
  private var ends: [Int] = []
  private var widths: [Int] = []

  /// - Precondition: there is a column.
  public init(_ columns: [Column]) {
    precondition(!columns.isEmpty, "a table without columns")
    self.columns = columns
    for column in columns { appendCell(column.title) }
  }

  /// The number of rows, without the header.
  public var rowCount: Int { ends.count / columns.count - 1 }

  /// Adds a row.
  ///
  /// - Precondition: there is a cell for each column.
  public mutating func append(_ row: [String]) {
    precondition(row.count == columns.count, "\(row.count) cells, \(columns.count) columns")
    for cell in row { appendCell(cell) }
  }

  private mutating func appendCell(_ text: String) {
    let start = cells.bytes.count
    cells.append(printable: text)
    let end = cells.bytes.count
    var width = 0
    for index in start..<end where cells.bytes[index] & 0xc0 != 0x80 { width += 1 }
    ends.append(end)
    widths.append(width)
  }

  // MARK: - Lines

  /// The lines of a table and what they leave out.
  public struct Rendering: Sendable {
    public let bytes: [UInt8]
    /// The titles of the columns that there was no room for, from the left.
    public let droppedColumns: [String]

    public var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  /// The lines, none longer than `width` characters.
  ///
  /// Columns go by their importance until the rest fits; the first column stays, and is cut as
  /// the last resort.
  ///
  /// - Parameter width: nil for no limit; at least 1 counts.
  /// - Returns: the lines, and which columns they do not have.
  /// - Complexity: O(*n*) in the number of cells.
  public func rendering(width: Int? = nil) -> Rendering {
    var columnWidths = Array(repeating: 0, count: columns.count)
    let firstCell = hasHeader ? 0 : columns.count
    var column = 0
    // Titles count without a header too: lines of tables that are written in turn stand in line.
    for index in 0..<ends.count {
      if widths[index] > columnWidths[column] { columnWidths[column] = widths[index] }
      column = column + 1 == columns.count ? 0 : column + 1
    }
    let limit = width.map { max(1, $0 - indent) }
    let kept = fit(&columnWidths, limit: limit)
    let lineLength = indent + kept.reduce(0) { $0 + columnWidths[$1] + 2 }

    var text = ByteText()
    text.reserve((lineLength + 1) * (ends.count / columns.count))
    for row in stride(from: firstCell, to: ends.count, by: columns.count) {
      appendLine(ofCellsFrom: row, kept, columnWidths, to: &text)
    }
    let keptSet = Set(kept)
    return Rendering(
      bytes: text.bytes,
      droppedColumns: columns.indices.filter { !keptSet.contains($0) }.map { columns[$0].title })
  }

  /// The columns that fit, after making the first one narrower if need be.
  private func fit(_ columnWidths: inout [Int], limit: Int?) -> [Int] {
    var kept = Array(columns.indices)
    guard let limit else { return kept }
    var total = columnWidths.reduce(0, +) + 2 * (columns.count - 1)
    let order = columns.indices.dropFirst().sorted {
      (columns[$0].importance, $1) < (columns[$1].importance, $0)
    }
    for column in order where total > limit {
      total -= columnWidths[column] + 2
      kept.removeAll { $0 == column }
    }
    if total > limit { columnWidths[0] -= total - limit }
    return kept
  }

  private func appendLine(
    ofCellsFrom row: Int, _ kept: [Int], _ columnWidths: [Int], to text: inout ByteText
  ) {
    // Spaces are owed, not written, so that no line ends with them.
    var owed = indent
    for column in kept {
      let cell = row + column
      let width = columnWidths[column]
      let bytes = cells.bytes[(cell == 0 ? 0 : ends[cell - 1])..<ends[cell]]
      let free = width - widths[cell]
      if columns[column].alignment == .right, free > 0 { owed += free }
      if !bytes.isEmpty {
        text.append(spaces: owed)
        owed = 0
        if free < 0 {
          text.append(cut(bytes, to: width - 1))
          text.append("…")
        } else {
          text.append(bytes)
        }
      }
      if columns[column].alignment == .left, free > 0 { owed += free }
      owed += 2
    }
    text.append(byte: .newline)
  }

  /// The first characters.
  private func cut(_ bytes: ArraySlice<UInt8>, to count: Int) -> ArraySlice<UInt8> {
    var left = count
    for index in bytes.indices where bytes[index] & 0xc0 != 0x80 {
      if left == 0 { return bytes[..<index] }
      left -= 1
    }
    return bytes
  }
}
