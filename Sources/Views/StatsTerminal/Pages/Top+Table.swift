internal import Statistics
internal import StatsFormats
import StatsKnowledge
internal import StatsTree

extension Top {
  /// Draws the rows of a view.
  mutating func drawTable(_ view: TopView, below path: String?, _ frame: inout Frame) {
    guard let sample = model.sample(stepsBack: stepsBack),
      let place = TopView.allCases.firstIndex(of: view)
    else { return }
    let table = sample.layout.tables[place]
    let sort = sortColumn(of: table)
    let order = order(sample, place, below: path, sort: sort)
    sortNames = table.columns.map(\.name)
    let names = order.reduce(4) { max($0, table.rows[$1].nameWidth) }
    let columns = TopColumns(table, nameWidth: names, width: frame.columns)
    drawTitles(columns, table, sort, &frame)
    guard let selected = updateSelection(order.map { table.rows[$0].path }) else {
      let text = page.filter == nil && path == nil ? view.emptyText : "No rows match."
      frame.put(text, row: 4, column: 2)
      return
    }
    let shown = order[page.scroll..<min(order.count, page.scroll + roomForRows)]
    let graphs = graphs(of: shown, table, place, columns, sort)
    // The maximum on the screen determines the scale of all graphs, so that rows are comparable.
    let full = zip(shown, graphs).reduce(Float(0)) { maximum, row in
      table.rows[row.0].isTotal ? maximum : row.1.reduce(maximum) { $1.isNaN ? $0 : max($0, $1) }
    }
    for (line, index) in shown.enumerated() {
      draw(index, of: sample, place, columns, row: 3 + line, &frame)
      if let field = columns.sparkline {
        frame.put(
          Sparkline.text(graphs[line], width: field.width, full: full), row: 3 + line,
          column: field.column, width: field.width, .accent)
      }
      if page.scroll + line == selected { frame.paint(row: 3 + line, .selected) }
    }
    drawExplanation(of: order[selected], table, sort, order.count, &frame)
  }

  /// Returns the index of the sort column; nil if the rows are in the order of the tree.
  private func sortColumn(of table: TopLayout.Table) -> Int? {
    guard let name = page.sortName else { return table.columns.isEmpty ? nil : 0 }
    return table.columns.firstIndex { $0.name == name }
  }

  /// Returns the indices of the rows to show, in sort order.
  ///
  /// Rows that are sums come first.
  private func order(
    _ sample: TopSample, _ place: Int, below path: String?, sort: Int?
  ) -> [Int] {
    let table = sample.layout.tables[place]
    let prefix = path.map { $0 + "/" }
    var rows = table.rows.indices.filter { index in
      let row = table.rows[index]
      if let prefix, !row.path.hasPrefix(prefix) { return false }
      if let filter = page.filter,
        !filter.matches(row.path, name: row.name, pid: row.pid)
      {
        return false
      }
      return !page.hidesZeros || sample.isNonzeroOrNotUp(place, row: index)
    }
    guard let sort else { return rows }
    let isAscending = page.isAscending
    let keys = table.rows.indices.map { row in
      (isTotal: table.rows[row].isTotal, value: value(of: row, sort, sample, place))
    }
    rows.sort { lhs, rhs in
      let (a, b) = (keys[lhs], keys[rhs])
      if a.isTotal != b.isTotal { return a.isTotal }
      if a.value.isNaN || b.value.isNaN {
        return a.value.isNaN == b.value.isNaN ? lhs < rhs : b.value.isNaN
      }
      if a.value == b.value { return lhs < rhs }
      return isAscending ? a.value < b.value : a.value > b.value
    }
    return rows
  }

  private func value(of row: Int, _ column: Int, _ sample: TopSample, _ place: Int) -> Float {
    if showsTotals, stepsBack == 0, let cell = sample.layout.tables[place].rows[row].cells[column] {
      return cell.total(model.sampler).value
    }
    return sample.value(place, row: row, column: column).value
  }

  private func drawTitles(
    _ columns: TopColumns, _ table: TopLayout.Table, _ sort: Int?, _ frame: inout Frame
  ) {
    frame.paint(row: 2, .title)
    for field in columns.fields {
      switch field.kind {
      case .name:
        frame.put("NAME", row: 2, column: field.column, width: field.width, .title)
      case .state:
        frame.put("STATE", row: 2, column: field.column, width: field.width, .title)
      case .statistic(let index):
        let mark = index == sort ? (page.isAscending ? "↑" : "↓") : ""
        let title = table.columns[index].title
        // A title that fills its column has no room for the mark.
        frame.put(
          title.count < field.width ? title + mark : title, row: 2, column: field.column,
          width: field.width, .title, .right)
      case .causes:
        let whole = table.wholeColumn.map { table.columns[$0].title.lowercased() } ?? ""
        frame.put(
          "CAUSES OF \(whole.uppercased())", row: 2, column: field.column, width: field.width,
          .title)
      case .sparkline:
        let title = sort.map { "\(table.columns[$0].title), \(field.width) s" } ?? ""
        frame.put(
          title, row: 2, column: field.column, width: field.width, .title)
      }
    }
  }

  private func draw(
    _ index: Int, of sample: TopSample, _ place: Int, _ columns: TopColumns, row line: Int,
    _ frame: inout Frame
  ) {
    let table = sample.layout.tables[place]
    let row = table.rows[index]
    let status = sample.parts[place].statuses[index]
    let isUp = status == .up
    for field in columns.fields {
      switch field.kind {
      case .name:
        frame.put(
          row.name, row: line, column: field.column, width: field.width,
          row.isTotal ? .strong : .plain)
      case .state:
        frame.put(
          status.text, row: line, column: field.column, width: field.width,
          isUp ? .good : status == .stale || status == .pending ? .warning : .bad)
      case .statistic(let column):
        let text = text(of: index, column, sample, place)
        frame.put(
          text, row: line, column: field.column, width: field.width,
          ["0.0%", "0/s", "0", "-"].contains(text) ? .dim : .plain, .right)
      case .causes:
        let text = row.causes?.text(sample.parts[place].causes[index]) ?? "-"
        frame.put(text, row: line, column: field.column, width: field.width)
      case .sparkline: break
      }
    }
  }

  /// Returns the last values of the sort column for each row.
  ///
  /// Returns no values if there is no room for graphs.
  private func graphs(
    of rows: ArraySlice<Int>, _ table: TopLayout.Table, _ place: Int, _ columns: TopColumns,
    _ sort: Int?
  ) -> [[Float]] {
    guard let sort, let field = columns.sparkline else { return rows.map { _ in [] } }
    let end = model.history.samples.count - max(0, stepsBack)
    return rows.map { row in
      model.history.values(
        place, of: ObjectIdentifier(table.rows[row].source), table.columns[sort].name,
        count: field.width, before: end)
    }
  }

  private func text(of row: Int, _ column: Int, _ sample: TopSample, _ place: Int) -> String {
    guard let cell = sample.layout.tables[place].rows[row].cells[column] else { return "-" }
    if showsTotals, stepsBack == 0 { return cell.total(model.sampler).text }
    return cell.format.text(
      sample.value(place, row: row, column: column), hasUnits: hasUnits)
  }

  /// Draws the status of the selected row or, if the row is up, the description of the sort column.
  private func drawExplanation(
    of index: Int, _ table: TopLayout.Table, _ sort: Int?, _ count: Int,
    _ frame: inout Frame
  ) {
    let count = count > roomForRows ? "\(count) rows. " : ""
    // Only the last sample is checked, because the placements of past samples are no longer valid.
    if stepsBack == 0, let current = model.current {
      let status = TopSample.status(of: index, in: table, model.sampler)
      if status != .up {
        let source = table.rows[index].source
        let remark = source.diagnostics.first.map { ": \($0.text)" } ?? ""
        explain(
          "\(count)\(table.rows[index].path) is \(status.text(at: current.timestamp))\(remark)",
          &frame, .bad)
        return
      }
    }
    guard let sort else { return }
    let column = table.columns[sort]
    let statistic = table.rows.lazy.compactMap { $0.cells[sort]?.statistic }.first
    let meaning = statistic.map { model.meanings.text(of: $0) } ?? ""
    let title = column.title == column.name ? "" : "\(column.title) = "
    explain("\(count)\(title)\(column.name)\(meaning.isEmpty ? "" : ": ")\(meaning)", &frame)
  }
}

extension TopSample {
  /// Returns `true` if a row has a value other than zero, or if its status is not `up`.
  func isNonzeroOrNotUp(_ view: Int, row: Int) -> Bool {
    if parts[view].statuses[row] != .up { return true }
    let count = layout.tables[view].columns.count
    return parts[view].values[row * count..<(row + 1) * count].contains { !$0.isNaN && $0 != 0 }
  }
}
