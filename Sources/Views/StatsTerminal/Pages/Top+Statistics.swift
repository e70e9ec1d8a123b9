internal import Statistics
internal import StatsFormats
import StatsKnowledge
internal import StatsTree

extension Top {
  /// A statistic of the source that is looked at, as a row.
  private struct Row {
    let key: String
    let group: String
    let cell: TopCell
    let figure: TopValue
    let total: (text: String, value: Float)
  }

  /// What the rows of statistics can be sorted by.
  private static let columns = ["order", "total", "rate", "name"]

  /// All statistics of a source with totals and rates.
  mutating func drawStatistics(of path: String, _ frame: inout Frame) {
    sortNames = Self.columns
    frame.paint(row: 2, .title)
    var rows = rows(of: path)
    let sort = page.sortName ?? Self.columns[0]
    let isAscending = page.isAscending
    if sort != Self.columns[0] {
      rows.sort { one, other in
        if sort == "name" { return one.cell.statistic.name < other.cell.statistic.name }
        let (a, b) =
          sort == "rate"
          ? (one.figure.value, other.figure.value) : (one.total.value, other.total.value)
        if a.isNaN || b.isNaN { return !a.isNaN && b.isNaN }
        return isAscending ? a < b : a > b
      }
    }
    let name = rows.reduce(9) { max($0, $1.cell.statistic.name.count) }
    let at = min(name, max(16, frame.columns / 2 - 10)) + 1
    let wide = frame.columns >= at + 44
    frame.put("STATISTIC", row: 2, column: 0, .title)
    frame.put(
      (model.resetTime == nil ? "TOTAL" : "RESET") + (sort == "total" ? "↓" : ""), row: 2,
      column: at, width: 11, .title, .right)
    frame.put(
      "NOW" + (sort == "rate" ? "↓" : ""), row: 2, column: at + 12, width: 11, .title, .right)
    if wide { frame.put("LAST SAMPLES", row: 2, column: at + 25, .title) }
    guard let chosen = settle(rows.map(\.key)) else {
      frame.put(
        model.entries(of: path).isEmpty
          ? "\(path) has no statistics now." : "Nothing counted yet; z shows zeros, too.", row: 4,
        column: 2)
      return
    }
    let shown = rows[page.scroll..<min(rows.count, page.scroll + roomForRows)]
    for (index, row) in shown.enumerated() {
      let line = 3 + index
      frame.put(row.cell.statistic.name, row: line, column: 0, width: at - 1)
      frame.put(row.total.text, row: line, column: at, width: 11, .plain, .right)
      let now = row.cell.statistic.kind.isHistogram && !row.cell.isTally ? "p99 " : ""
      let text = row.cell.form.text(row.figure, hasUnits: hasUnits)
      frame.put(
        text == "-" ? text : now + text, row: line, column: at + 12, width: 11,
        text == "-" ? .dim : .plain, .right)
      if wide {
        let width = min(60, frame.columns - at - 25)
        let figures = trail.figures(row.key)
        frame.put(
          Sparkline.text(figures, width: width),
          row: line, column: at + 25, width: width, .accent)
      }
      if page.scroll + index == chosen { frame.paint(row: line, .selected) }
    }
    let row = rows[chosen]
    let meaning = model.meanings.text(of: row.cell.statistic)
    explain(
      "\(row.cell.statistic.name) (\(row.group)): \(meaning.isEmpty ? "no words yet" : meaning)",
      &frame)
  }

  private func rows(of path: String) -> [Row] {
    var rows: [Row] = []
    for entry in model.entries(of: path) {
      for index in entry.shown {
        let cell = TopCell(index, of: entry, model.meanings)
        let name = cell.statistic.name
        if let filter = page.filter, !filter.matches(name, name: name, pid: nil) { continue }
        let figure = cell.figure(model.sampler)
        let total = cell.total(model.sampler)
        let isZero = (total.value.isNaN || total.value == 0) && !(figure.value > 0)
        if page.hidesZeros, isZero { continue }
        rows.append(
          Row(
            key: TopStatisticHistory.key(entry.group.id, index), group: entry.group.name,
            cell: cell,
            figure: figure, total: total))
      }
    }
    return rows
  }
}
