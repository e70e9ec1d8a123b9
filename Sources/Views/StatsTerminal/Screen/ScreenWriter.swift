/// Turns frames into what a terminal needs to show them: only the cells that changed.
public struct ScreenWriter: Sendable {
  private let palette: Palette
  private var shown: Frame?

  public init(_ palette: Palette) {
    self.palette = palette
  }

  /// Takes the terminal to the screen beside that of the shell, without its cursor.
  public static let enter = Array("\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l".utf8)
  /// Gives the shell its screen and cursor back.
  public static let leave = Array("\u{1b}[0m\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l".utf8)

  /// Forgets what the terminal shows: the next frame is drawn as a whole.
  public mutating func forget() { shown = nil }

  /// The bytes that make a terminal that shows the last frame show this one; none where it does.
  ///
  /// - Complexity: O(*n*) in the cells.
  public mutating func bytes(for frame: Frame) -> [UInt8] {
    var bytes: [UInt8] = []
    let before = shown.flatMap {
      $0.columns == frame.columns && $0.rows == frame.rows ? $0 : nil
    }
    if before == nil { bytes += Array("\u{1b}[0m\u{1b}[2J".utf8) }
    let old = before ?? Frame(columns: frame.columns, rows: frame.rows)
    guard old.cells != frame.cells || before == nil else { return [] }
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
    // Where the cursor is; nil where that is elsewhere.
    var cursor: Int?
    while column < frame.columns {
      guard frame.cells[start + column] != old.cells[start + column] else {
        column += 1
        continue
      }
      var first = column
      // Half of a wide character is drawn with the other one.
      if frame.cells[start + first].scalar == 0, first > 0 { first -= 1 }
      if let place = cursor, first - place < 6, first >= place {
        first = place
      } else if cursor.map({ first < $0 }) == true, let place = cursor {
        first = place
      } else {
        bytes += Array("\u{1b}[\(row + 1);\(first + 1)H".utf8)
      }
      var at = first
      while at <= column || at < frame.columns && frame.cells[start + at].scalar == 0 {
        append(frame.cells[start + at], &style, &bytes)
        at += 1
      }
      cursor = at
      column = at
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
