internal import Statistics
internal import StatsFormats
import StatsKnowledge
internal import StatsTree

extension Top {
  /// A row of the page, which shows one statistic of the source.
  private struct Row {
    let key: String
    let group: String
    let cell: TopCell
    let current: TopValue
    let total: (text: String, value: Float)
  }

  /// The names of the sort orders.
  private static let columns = ["order", "total", "rate", "name"]

  /// Draws all statistics of a source with totals and rates.
  mutating func drawStatistics(of path: String, _ frame: inout Frame) {
    sortNames = Self.columns
    frame.paint(row: 2, .title)
    var rows = rows(of: path)
    let sort = page.sortName ?? Self.columns[0]
    let isAscending = page.isAscending
    if sort != Self.columns[0] {
      rows.sort { lhs, rhs in
        if sort == "name" { return lhs.cell.statistic.name < rhs.cell.statistic.name }
        let (a, b) =
          sort == "rate"
          ? (lhs.current.value, rhs.current.value) : (lhs.total.value, rhs.total.value)
        if a.isNaN || b.isNaN { return !a.isNaN && b.isNaN }
        return isAscending ? a < b : a > b
      }
    }
    let name = rows.reduce(9) { max($0, $1.cell.statistic.name.count) }
    let totalColumn = min(name, max(16, frame.columns / 2 - 10)) + 1
    let isWide = frame.columns >= totalColumn + 44
    frame.put("STATISTIC", row: 2, column: 0, .title)
    frame.put(
      (model.resetTime == nil ? "TOTAL" : "RESET") + (sort == "total" ? "↓" : ""), row: 2,
      column: totalColumn, width: 11, .title, .right)
    frame.put(
      "NOW" + (sort == "rate" ? "↓" : ""), row: 2, column: totalColumn + 12, width: 11, .title,
      .right)
    if isWide { frame.put("LAST SAMPLES", row: 2, column: totalColumn + 25, .title) }
    guard let selected = updateSelection(rows.map(\.key)) else {
      frame.put(
        model.entries(of: path).isEmpty
          ? "\(path) has no statistics now." : "All statistics are zero; z shows them.", row: 4,
        column: 2)
      return
    }
    let shown = rows[page.scroll..<min(rows.count, page.scroll + roomForRows)]
    for (index, row) in shown.enumerated() {
      let line = 3 + index
      frame.put(row.cell.statistic.name, row: line, column: 0, width: totalColumn - 1)
      frame.put(row.total.text, row: line, column: totalColumn, width: 11, .plain, .right)
      let now = row.cell.statistic.kind.isHistogram && !row.cell.isStateCount ? "p99 " : ""
      let text = row.cell.format.text(row.current, hasUnits: hasUnits)
      frame.put(
        text == "-" ? text : now + text, row: line, column: totalColumn + 12, width: 11,
        text == "-" ? .dim : .plain, .right)
      if isWide {
        let width = min(60, frame.columns - totalColumn - 25)
        let values = statisticHistory.values(row.key)
        frame.put(
          Sparkline.text(values, width: width),
          row: line, column: totalColumn + 25, width: width, .accent)
      }
      if page.scroll + index == selected { frame.paint(row: line, .selected) }
    }
    let row = rows[selected]
    let meaning = model.meanings.text(of: row.cell.statistic)
    explain(
      "\(row.cell.statistic.name) (\(row.group)): \(meaning.isEmpty ? "no description" : meaning)",
      &frame)
  }

  private func rows(of path: String) -> [Row] {
    var rows: [Row] = []
    for entry in model.entries(of: path) {
      for index in entry.shown {
        let cell = TopCell(index, of: entry, model.meanings)
        let name = cell.statistic.name
        if let filter = page.filter, !filter.matches(name, name: name, pid: nil) { continue }
        let current = cell.value(model.sampler)
        let total = cell.total(model.sampler)
        let isZero = (total.value.isNaN || total.value == 0) && !(current.value > 0)
        if page.hidesZeros, isZero { continue }
        rows.append(
          Row(
            key: TopStatisticHistory.key(entry.group.id, index), group: entry.group.name,
            cell: cell,
            current: current, total: total))
      }
    }
    return rows
  }
}
