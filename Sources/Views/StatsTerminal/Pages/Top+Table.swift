internal import Statistics
internal import StatsFormats
import StatsKnowledge
internal import StatsTree

extension Top {
  /// The rows of a view.
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
    guard let chosen = settle(order.map { table.rows[$0].path }) else {
      let text = page.filter == nil && path == nil ? view.absence : "No row matches."
      frame.put(text, row: 4, column: 2)
      return
    }
    let shown = order[page.scroll..<min(order.count, page.scroll + roomForRows)]
    let graphs = graphs(of: shown, table, place, columns, sort)
    // The highest bar is the highest figure on the screen, so that rows compare.
    let full = zip(shown, graphs).reduce(Float(0)) { most, row in
      table.rows[row.0].isTotal ? most : row.1.reduce(most) { $1.isNaN ? $0 : max($0, $1) }
    }
    for (line, index) in shown.enumerated() {
      draw(index, of: sample, place, columns, row: 3 + line, &frame)
      if let field = columns.sparkline {
        frame.put(
          Sparkline.text(graphs[line], width: field.width, full: full), row: 3 + line,
          column: field.column, width: field.width, .accent)
      }
      if page.scroll + line == chosen { frame.paint(row: 3 + line, .selected) }
    }
    drawExplanation(of: order[chosen], table, sort, order.count, &frame)
  }

  /// The position of the column that rows are sorted by; nil for the order of names.
  private func sortColumn(of table: TopLayout.Table) -> Int? {
    guard let name = page.sortName else { return table.columns.isEmpty ? nil : 0 }
    return table.columns.firstIndex { $0.name == name }
  }

  /// The rows that are shown, in their order: sums first.
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
      return !page.hidesZeros || sample.saysSomething(place, row: index)
    }
    guard let sort else { return rows }
    let isAscending = page.isAscending
    let keys = table.rows.indices.map { row in
      (isTotal: table.rows[row].isTotal, value: value(of: row, sort, sample, place))
    }
    rows.sort { one, other in
      let (a, b) = (keys[one], keys[other])
      if a.isTotal != b.isTotal { return a.isTotal }
      if a.value.isNaN || b.value.isNaN {
        return a.value.isNaN == b.value.isNaN ? one < other : b.value.isNaN
      }
      if a.value == b.value { return one < other }
      return isAscending ? a.value < b.value : a.value > b.value
    }
    return rows
  }

  private func value(of row: Int, _ column: Int, _ sample: TopSample, _ place: Int) -> Float {
    if showsTotals, stepsBack == 0, let cell = sample.layout.tables[place].rows[row].cells[column] {
      return cell.total(model.sampler).value
    }
    return sample.figure(place, row: row, column: column).value
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
      case .figure(let index):
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
    let standing = sample.parts[place].statuses[index]
    let isUp = standing == .up
    for field in columns.fields {
      switch field.kind {
      case .name:
        frame.put(
          row.name, row: line, column: field.column, width: field.width,
          row.isTotal ? .strong : .plain)
      case .state:
        frame.put(
          standing.text, row: line, column: field.column, width: field.width,
          isUp ? .good : standing == .stale ? .warning : .bad)
      case .figure(let column):
        let text = text(of: index, column, sample, place)
        frame.put(
          text, row: line, column: field.column, width: field.width,
          ["0.0%", "0/s", "0", "-"].contains(text) ? .dim : .plain, .right)
      case .causes:
        let text = row.causes?.text(sample.parts[place].leads[index]) ?? "-"
        frame.put(text, row: line, column: field.column, width: field.width)
      case .sparkline: break
      }
    }
  }

  /// The last figures of the sorted column, of each row; none where there is no room.
  private func graphs(
    of rows: ArraySlice<Int>, _ table: TopLayout.Table, _ place: Int, _ columns: TopColumns,
    _ sort: Int?
  ) -> [[Float]] {
    guard let sort, let field = columns.sparkline else { return rows.map { _ in [] } }
    let end = model.history.samples.count - max(0, stepsBack)
    return rows.map { row in
      model.history.figures(
        place, of: ObjectIdentifier(table.rows[row].source), table.columns[sort].name,
        count: field.width, before: end)
    }
  }

  private func text(of row: Int, _ column: Int, _ sample: TopSample, _ place: Int) -> String {
    guard let cell = sample.layout.tables[place].rows[row].cells[column] else { return "-" }
    if showsTotals, stepsBack == 0 { return cell.total(model.sampler).text }
    return cell.form.text(
      sample.figure(place, row: row, column: column), hasUnits: hasUnits)
  }

  /// The line above the keys: what the sorted column means, or what is wrong with the row.
  private func drawExplanation(
    of index: Int, _ table: TopLayout.Table, _ sort: Int?, _ count: Int,
    _ frame: inout Frame
  ) {
    let count = count > roomForRows ? "\(count) rows. " : ""
    // Of the past there are no placements any more.
    if stepsBack == 0, let current = model.current {
      let status = TopSample.status(of: index, in: table, model.sampler)
      if status != .up {
        let source = table.rows[index].source
        let remark = source.remarks.first.map { ": \($0)" } ?? ""
        explain(
          "\(count)\(table.rows[index].path) is \(status.text(at: current.moment))\(remark)",
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
  /// Whether a row has a figure that is neither zero nor missing, or is not up.
  func saysSomething(_ view: Int, row: Int) -> Bool {
    if parts[view].statuses[row] != .up { return true }
    let count = layout.tables[view].columns.count
    return parts[view].values[row * count..<(row + 1) * count].contains { !$0.isNaN && $0 != 0 }
  }
}
