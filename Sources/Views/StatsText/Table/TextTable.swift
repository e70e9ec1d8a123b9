internal import StatsFormats

/// Arranges rows of text in aligned columns.
///
/// Each Unicode scalar counts as one character. Control characters in cells are escaped.
public struct TextTable: Sendable {
  public let columns: [Column]
  /// Whether the first line contains the titles of the columns.
  public var hasHeader = true
  /// The number of spaces before each line.
  public var indent = 0

  // The text of all cells row by row, the offset in this text at which each cell ends, and the
  // number of characters of each cell.
  private var cells = ByteText()
  private var ends: [Int] = []
  private var widths: [Int] = []

  /// - Precondition: `columns` is not empty.
  public init(_ columns: [Column]) {
    precondition(!columns.isEmpty, "a table without columns")
    self.columns = columns
    for column in columns { appendCell(column.title) }
  }

  /// The number of rows, without the header.
  public var rowCount: Int { ends.count / columns.count - 1 }

  /// Adds a row.
  ///
  /// - Precondition: `row` has one cell per column.
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

  /// The lines of a table, and the columns that were omitted from the lines.
  public struct Rendering: Sendable {
    public let bytes: [UInt8]
    /// The titles of the columns that did not fit, from left to right.
    public let droppedColumns: [String]

    public var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  /// Arranges the table in lines of at most `width` characters.
  ///
  /// The columns of lowest importance are dropped until the remaining columns fit. The first column
  /// is never dropped. If the first column alone does not fit, its cells are truncated.
  ///
  /// - Parameter width: The maximum line length; nil for no limit. Values below 1 are treated as 1.
  /// - Returns: The lines and the titles of the dropped columns.
  /// - Complexity: O(*n*) in the number of cells.
  public func rendering(width: Int? = nil) -> Rendering {
    var columnWidths = Array(repeating: 0, count: columns.count)
    let firstCell = hasHeader ? 0 : columns.count
    var column = 0
    // The widths include the titles even without a header, so that successive tables are aligned.
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

  /// Returns the indices of the columns that fit.
  ///
  /// Makes the first column narrower if necessary.
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
    // Spaces are written before the next text, so that no line ends with spaces.
    var pendingSpaces = indent
    for column in kept {
      let cell = row + column
      let width = columnWidths[column]
      let bytes = cells.bytes[(cell == 0 ? 0 : ends[cell - 1])..<ends[cell]]
      let free = width - widths[cell]
      if columns[column].alignment == .right, free > 0 { pendingSpaces += free }
      if !bytes.isEmpty {
        text.append(spaces: pendingSpaces)
        pendingSpaces = 0
        if free < 0 {
          text.append(prefix(of: bytes, width - 1))
          text.append("…")
        } else {
          text.append(bytes)
        }
      }
      if columns[column].alignment == .left, free > 0 { pendingSpaces += free }
      pendingSpaces += 2
    }
    text.append(byte: .newline)
  }

  /// Returns the first `count` characters.
  private func prefix(of bytes: ArraySlice<UInt8>, _ count: Int) -> ArraySlice<UInt8> {
    var left = count
    for index in bytes.indices where bytes[index] & 0xc0 != 0x80 {
      if left == 0 { return bytes[..<index] }
      left -= 1
    }
    return bytes
  }
}
