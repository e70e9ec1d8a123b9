internal import StatsFormats

/// What a terminal is to show: styled cells, and nothing that could move its cursor.
public struct Frame: Hashable, Sendable {
  /// One column of one row.
  public struct Cell: Hashable, Sendable {
    /// The character; 0 is the right half of a wide one.
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
  /// Row by row.
  public private(set) var cells: [Cell]

  /// A frame of spaces.
  public init(columns: Int, rows: Int) {
    self.columns = max(1, columns)
    self.rows = max(1, rows)
    cells = Array(repeating: .blank, count: self.columns * self.rows)
  }

  public subscript(row: Int, column: Int) -> Cell { cells[row * columns + column] }

  /// Writes a text into a field of a row; what does not fit is cut, with `…` for the rest.
  ///
  /// Control characters are spelled out, and marks that join the character before are left out: a
  /// cell has one. What is outside of the frame is not there.
  ///
  /// - Returns: the column behind what was written.
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
    var at = start + (alignment == .right ? max(0, room - count) : 0)
    let end = start + room
    for byte in text.utf8 {
      guard at < end else { break }
      cells[at] = Cell(scalar: UInt32(byte), style: style)
      at += 1
    }
    if count > room { cells[end - 1].scalar = Self.ellipsis }
    return at
  }

  private static let ellipsis: UInt32 = 0x2026

  private mutating func put(
    scalarsOf text: String, _ row: Int, _ column: Int, _ room: Int, _ style: Style,
    _ alignment: Alignment
  ) -> Int {
    let total = CharacterWidth.of(text)
    let isCut = total > room
    let base = row * columns
    var at = base + column + (alignment == .right ? max(0, room - total) : 0)
    let end = base + column + room - (isCut ? 1 : 0)
    for scalar in text.unicodeScalars {
      let width = CharacterWidth.of(scalar)
      if width == 0 { continue }
      guard at + width <= end else { break }
      cells[at] = Cell(scalar: scalar.value, style: style)
      if width == 2 { cells[at + 1] = Cell(scalar: 0, style: style) }
      at += width
    }
    if isCut {
      cells[at] = Cell(scalar: Self.ellipsis, style: style)
      at += 1
    }
    return at - base
  }

  /// Gives all cells of a row one style.
  public mutating func paint(row: Int, _ style: Style) {
    guard row >= 0, row < rows else { return }
    for index in row * columns..<(row + 1) * columns { cells[index].style = style }
  }

  /// The text of a row, without spaces at its end.
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

  /// The text of all rows, a line for each.
  public var text: String { (0..<rows).map { text(ofRow: $0) + "\n" }.joined() }
}
