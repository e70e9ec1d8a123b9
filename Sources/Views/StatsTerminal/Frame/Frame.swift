internal import StatsFormats

/// The contents of a terminal screen: styled cells without control characters.
public struct Frame: Hashable, Sendable {
  /// One column of one row.
  public struct Cell: Hashable, Sendable {
    /// The Unicode scalar of the character.
    ///
    /// The value 0 stands for the right half of a wide character.
    public var scalar: UInt32
    public var style: Style

    static let blank = Cell(scalar: 0x20, style: .plain)
  }

  public enum Alignment: Hashable, Sendable {
    case left
    case right
  }

  public let columns: Int
  public let rows: Int
  /// The cells, row by row.
  public private(set) var cells: [Cell]

  /// Creates a frame of spaces.
  public init(columns: Int, rows: Int) {
    self.columns = max(1, columns)
    self.rows = max(1, rows)
    cells = Array(repeating: .blank, count: self.columns * self.rows)
  }

  public subscript(row: Int, column: Int) -> Cell { cells[row * columns + column] }

  /// Writes a text into a field of a row.
  ///
  /// A text that does not fit is truncated and ends with `…`.
  ///
  /// Control characters are escaped. Combining marks are omitted, because a cell has one scalar.
  /// Text outside of the frame is ignored.
  ///
  /// - Returns: The column after the text.
  @discardableResult
  public mutating func put(
    _ text: String, row: Int, column: Int, width: Int = .max, _ style: Style = .plain,
    _ alignment: Alignment = .left
  ) -> Int {
    guard row >= 0, row < rows, column >= 0, column < columns else { return column }
    let room = min(width, columns - column)
    guard room > 0 else { return column }
    if text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) {
      return put(plain: text, row * columns + column, room, style, alignment) - row * columns
    }
    return put(scalarsOf: text.printable, row, column, room, style, alignment)
  }

  private mutating func put(
    plain text: String, _ start: Int, _ room: Int, _ style: Style, _ alignment: Alignment
  ) -> Int {
    let count = text.utf8.count
    var index = start + (alignment == .right ? max(0, room - count) : 0)
    let end = start + room
    for byte in text.utf8 {
      guard index < end else { break }
      cells[index] = Cell(scalar: UInt32(byte), style: style)
      index += 1
    }
    if count > room { cells[end - 1].scalar = Self.ellipsis }
    return index
  }

  private static let ellipsis: UInt32 = 0x2026

  private mutating func put(
    scalarsOf text: String, _ row: Int, _ column: Int, _ room: Int, _ style: Style,
    _ alignment: Alignment
  ) -> Int {
    let total = CharacterWidth.of(text)
    let isCut = total > room
    let base = row * columns
    var index = base + column + (alignment == .right ? max(0, room - total) : 0)
    let end = base + column + room - (isCut ? 1 : 0)
    for scalar in text.unicodeScalars {
      let width = CharacterWidth.of(scalar)
      if width == 0 { continue }
      guard index + width <= end else { break }
      cells[index] = Cell(scalar: scalar.value, style: style)
      if width == 2 { cells[index + 1] = Cell(scalar: 0, style: style) }
      index += width
    }
    if isCut {
      cells[index] = Cell(scalar: Self.ellipsis, style: style)
      index += 1
    }
    return index - base
  }

  /// Sets the style of all cells of a row.
  public mutating func paint(row: Int, _ style: Style) {
    guard row >= 0, row < rows else { return }
    for index in row * columns..<(row + 1) * columns { cells[index].style = style }
  }

  /// Returns the text of a row without trailing spaces.
  public func text(ofRow row: Int) -> String {
    var text = String.UnicodeScalarView()
    for column in 0..<columns {
      if let scalar = Unicode.Scalar(self[row, column].scalar), scalar.value != 0 {
        text.append(scalar)
      }
    }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// The text of all rows, one line per row.
  public var text: String { (0..<rows).map { text(ofRow: $0) + "\n" }.joined() }
}
