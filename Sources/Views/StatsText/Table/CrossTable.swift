internal import StatsFormats

/// Makes a table of statistics and sources in the orientation that needs fewer parts.
///
/// A table that is wider than the line length is split into parts, which are written below each
/// other. Each statistic has a line and each source has a column. If the transposed table needs
/// fewer parts, for example with many sources, the transposed table is used. The common start of
/// all paths is shown only once, in the title of the first column.
package struct CrossTable {
  private let sources: [String]
  /// The common start of all paths, including the slash.
  private let commonStart: String
  private var names: [String] = []
  /// The cells of the table.
  ///
  /// The first index is the statistic, the second index is the source.
  private var cells: [[String]] = []
  /// The number of statistics that were omitted because they are zero for all sources.
  package private(set) var zeroCount = 0

  package init(sources paths: [String]) {
    commonStart = Self.commonStart(of: paths)
    let count = commonStart.unicodeScalars.count
    sources = paths.map { String(String.UnicodeScalarView($0.unicodeScalars.dropFirst(count))) }
  }

  /// Adds a statistic.
  ///
  /// If zeros are hidden and the statistic is zero or missing for all sources, only increments
  /// `zeroCount`.
  ///
  /// - Precondition: `row` has one cell per source.
  package mutating func append(_ name: String, _ row: [String], hidesZeros: Bool) {
    precondition(row.count == sources.count, "\(row.count) cells, \(sources.count) sources")
    if hidesZeros, row.allSatisfy(\.isZeroOrMissing) {
      zeroCount += 1
      return
    }
    names.append(name)
    cells.append(row)
  }

  /// Returns the lines.
  ///
  /// Each line has at most `width` characters. If a single column does not fit, the lines of this
  /// column are longer.
  package func text(width: Int, indent: Int) -> [UInt8] {
    guard !names.isEmpty, !sources.isEmpty else { return [] }
    let room = max(1, width - indent)
    let byStatistic = parts(titles: sources, firstColumn: names, room: room) { cells[$1][$0] }
    let bySource = parts(titles: names, firstColumn: sources, room: room) { cells[$0][$1] }
    if byStatistic.count <= bySource.count {
      return text(byStatistic, titles: sources, firstColumn: names, indent) { cells[$1][$0] }
    }
    return text(bySource, titles: names, firstColumn: sources, indent) { cells[$0][$1] }
  }

  private func text(
    _ parts: [Range<Int>], titles: [String], firstColumn: [String], _ indent: Int,
    _ cell: (Int, Int) -> String
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    for (number, part) in parts.enumerated() {
      if number > 0 { bytes.append(.newline) }
      var table = TextTable(
        [Column(corner)] + part.map { Column(titles[$0], .right) })
      table.indent = indent
      for row in firstColumn.indices {
        table.append([firstColumn[row]] + part.map { cell($0, row) })
      }
      bytes += table.rendering().bytes
    }
    return bytes
  }

  private var corner: String { commonStart.isEmpty ? "" : commonStart + "..." }

  /// Divides the columns into parts whose lines are not longer than `room`.
  private func parts(
    titles: [String], firstColumn: [String], room: Int, _ cell: (Int, Int) -> String
  ) -> [Range<Int>] {
    let first = ([corner] + firstColumn).map { $0.printable.unicodeScalars.count }.max() ?? 0
    var parts: [Range<Int>] = []
    var (begin, used) = (0, first)
    for column in titles.indices {
      var width = titles[column].printable.unicodeScalars.count
      for row in firstColumn.indices {
        width = max(width, cell(column, row).printable.unicodeScalars.count)
      }
      if column > begin, used + 2 + width > room {
        parts.append(begin..<column)
        (begin, used) = (column, first)
      }
      used += 2 + width
    }
    parts.append(begin..<titles.count)
    return parts
  }

  /// Returns the common parent path of all paths, followed by a slash.
  ///
  /// The text is empty for a single path and for paths without a common parent.
  private static func commonStart(of paths: [String]) -> String {
    guard paths.count > 1, var start = paths.first.map({ $0.split(separator: "/").dropLast() })
    else { return "" }
    for path in paths.dropFirst() {
      let parts = path.split(separator: "/").dropLast()
      let same = zip(start, parts).prefix { $0 == $1 }.count
      start = start.prefix(same)
    }
    return start.isEmpty ? "" : start.joined(separator: "/") + "/"
  }
}
