/// Selects the columns of a table that fit the screen and computes their positions on the screen.
struct TopColumns {
  enum Kind: Hashable {
    case name
    case state
    /// A statistic, given by the index of its column in the table.
    case statistic(Int)
    case causes
    case sparkline
  }

  struct Field: Hashable {
    let kind: Kind
    let column: Int
    let width: Int
  }

  private(set) var fields: [Field] = []

  /// - Parameters:
  ///   - table: The table that provides the statistics.
  ///   - nameWidth: The width of the longest name.
  ///   - width: The width of the screen.
  init(_ table: TopLayout.Table, nameWidth: Int, width: Int) {
    let name = max(10, min(nameWidth, max(16, width / 3)))
    // Fields are added in the order of their importance while there is room.
    var chosen: [(kind: Kind, width: Int)] = []
    var rest = width - name
    func add(_ kind: Kind, _ width: Int) {
      guard rest >= width + 1 else { return }
      rest -= width + 1
      chosen.append((kind, width))
    }
    func addStatistic(_ index: Int) {
      guard table.columns.indices.contains(index) else { return }
      add(.statistic(index), min(16, max(8, table.columns[index].title.count)))
    }
    for index in 0..<3 { addStatistic(index) }
    add(.state, 6)
    if table.wholeColumn != nil { add(.causes, 17) }
    add(.sparkline, 8)
    for index in table.columns.indices.dropFirst(3) { addStatistic(index) }
    if let place = chosen.firstIndex(where: { $0.kind == .causes }) {
      let more = min(11, rest)
      chosen[place].width += more
      rest -= more
    }
    if let place = chosen.firstIndex(where: { $0.kind == .sparkline }) {
      let more = min(22, rest)
      chosen[place].width += more
      rest -= more
    }
    fields = [Field(kind: .name, column: 0, width: name)]
    var column = name + 1
    for (kind, width) in chosen.sorted(by: { Self.order($0.kind) < Self.order($1.kind) }) {
      fields.append(Field(kind: kind, column: column, width: width))
      column += width + 1
    }
  }

  /// The field of the graphs; nil if there is no room for graphs.
  var sparkline: Field? { fields.first { $0.kind == .sparkline } }

  private static func order(_ kind: Kind) -> Int {
    switch kind {
    case .name: -2
    case .state: -1
    case .statistic(let index): index
    case .causes: 1000
    case .sparkline: 1001
    }
  }
}
