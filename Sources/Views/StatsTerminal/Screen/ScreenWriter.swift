/// Encodes frames for a terminal.
///
/// The bytes consist of control sequences and of the cells that changed.
public struct ScreenWriter: Sendable {
  private let palette: Palette
  private var shown: Frame?

  public init(_ palette: Palette) {
    self.palette = palette
  }

  /// Switches the terminal to the alternate screen and hides the cursor.
  public static let enter = Array("\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l".utf8)
  /// Restores the primary screen and the cursor.
  public static let leave = Array("\u{1b}[0m\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l".utf8)

  /// Discards the last frame, so that the next frame is drawn completely.
  public mutating func forget() { shown = nil }

  /// Returns the bytes that change the screen from the last frame to the given frame.
  ///
  /// - Complexity: O(*n*) in the number of cells.
  public mutating func bytes(for frame: Frame) -> [UInt8] {
    var bytes: [UInt8] = []
    let previous = shown.flatMap {
      $0.columns == frame.columns && $0.rows == frame.rows ? $0 : nil
    }
    if previous == nil { bytes += Array("\u{1b}[0m\u{1b}[2J".utf8) }
    let old = previous ?? Frame(columns: frame.columns, rows: frame.rows)
    guard old.cells != frame.cells || previous == nil else { return [] }
    var style: Style?
    for row in 0..<frame.rows { draw(row, of: frame, over: old, &style, &bytes) }
    shown = frame
    if style != nil { bytes += Array("\u{1b}[0m".utf8) }
    return bytes
  }

  private func draw(
    _ row: Int, of frame: Frame, over old: Frame, _ style: inout Style?, _ bytes: inout [UInt8]
  ) {
    let start = row * frame.columns
    var column = 0
    // The column of the cursor; nil while the cursor is not in this row.
    var cursor: Int?
    while column < frame.columns {
      guard frame.cells[start + column] != old.cells[start + column] else {
        column += 1
        continue
      }
      var first = column
      // Both halves of a wide character are drawn together.
      if frame.cells[start + first].scalar == 0, first > 0 { first -= 1 }
      if let place = cursor, first - place < 6, first >= place {
        first = place
      } else if cursor.map({ first < $0 }) == true, let place = cursor {
        first = place
      } else {
        bytes += Array("\u{1b}[\(row + 1);\(first + 1)H".utf8)
      }
      var index = first
      while index <= column || index < frame.columns && frame.cells[start + index].scalar == 0 {
        append(frame.cells[start + index], &style, &bytes)
        index += 1
      }
      cursor = index
      column = index
    }
  }

  private func append(_ cell: Frame.Cell, _ style: inout Style?, _ bytes: inout [UInt8]) {
    if cell.scalar == 0 {
      if !palette.isUnicode { bytes.append(0x3f) }
      return
    }
    if style != cell.style {
      bytes += Array("\u{1b}[\(palette.parameters(of: cell.style))m".utf8)
      style = cell.style
    }
    let value = palette.shown(cell.scalar)
    if value < 0x80 {
      bytes.append(UInt8(value))
    } else if let scalar = Unicode.Scalar(value) {
      bytes += Array(String(Character(scalar)).utf8)
    }
  }
}
