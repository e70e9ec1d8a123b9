internal import StatsFormats

/// Statistics by sources, whichever way round reads best.
///
/// A line for each statistic and a column for each source, unless the other way round takes fewer
/// tables below each other, as for many sources. What all paths begin with stands once, before the
/// other titles.
package struct CrossTable {
  private let sources: [String]
  /// What all paths begin with, with its slash.
  private let start: String
  private var names: [String] = []
  /// By statistic.
  private var cells: [[String]] = []
  /// The statistics that were left out, because they are zero everywhere.
  package private(set) var zeroCount = 0

  package init(sources paths: [String]) {
    start = Self.commonStart(of: paths)
    let count = start.unicodeScalars.count
    sources = paths.map { String(String.UnicodeScalarView($0.unicodeScalars.dropFirst(count))) }
  }

  /// Adds a statistic, unless zeros are hidden and it is zero everywhere.
  ///
  /// - Precondition: there is a cell for each source.
  package mutating func append(_ name: String, _ row: [String], hidesZeros: Bool) {
    precondition(row.count == sources.count, "\(row.count) cells, \(sources.count) sources")
    if hidesZeros, row.allSatisfy(\.saysNothing) {
      zeroCount += 1
      return
    }
    names.append(name)
    cells.append(row)
  }

  /// The lines, none longer than the width where that is possible.
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

  private var corner: String { start.isEmpty ? "" : start + "..." }

  /// Which columns stand side by side, so that no line is too long.
  private func parts(
    titles: [String], firstColumn: [String], room: Int, _ cell: (Int, Int) -> String
  ) -> [Range<Int>] {
    let first = ([corner] + firstColumn).map { $0.printable.unicodeScalars.count }.max() ?? 0
    var parts: [Range<Int>] = []
    var (begin, taken) = (0, first)
    for column in titles.indices {
      var width = titles[column].printable.unicodeScalars.count
      for row in firstColumn.indices {
        width = max(width, cell(column, row).printable.unicodeScalars.count)
      }
      if column > begin, taken + 2 + width > room {
        parts.append(begin..<column)
        (begin, taken) = (column, first)
      }
      taken += 2 + width
    }
    parts.append(begin..<titles.count)
    return parts
  }

  /// The part up to a slash that all paths have and none is; nothing of a single path.
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
