public import Statistics
internal import StatsTree

/// Keeps the state of `vitals top`, executes the commands of keys and draws frames.
///
/// `Top` does no input or output itself, so that tests can reach every state.
public struct Top {
  public let model: TopModel
  /// The open pages.
  ///
  /// The last page is visible. There is always at least one page.
  var pages: [TopPage]
  var hasUnits = true
  var showsTotals = false
  /// The number of samples by which the shown sample precedes the last sample.
  var stepsBack = 0
  /// Whether sampling is suspended.
  public internal(set) var isFrozen = false
  var isHelpShown = false
  var prompt: TopPrompt?
  /// The sampling interval as text on the screen, such as `1s`.
  public var intervalText: String
  /// The number of rows that fit on the last drawn frame.
  var roomForRows = 10
  /// The keys that identify the rows of the page.
  ///
  /// The order is that of the last drawn frame.
  var rowKeys: [String] = []
  /// The names of the columns by which the rows of the last drawn frame can be sorted.
  var sortNames: [String] = []
  /// The last values of the statistics of the source on the visible page.
  var statisticHistory = TopStatisticHistory()

  /// - Parameters:
  ///   - model: The data to show.
  ///   - view: The view that is shown first.
  ///   - intervalText: The sampling interval as text on the screen.
  public init(_ model: TopModel, view: TopView = .vms, intervalText: String) {
    self.model = model
    self.intervalText = intervalText
    pages = [TopPage(.table(view, below: nil))]
  }

  /// The visible page.
  var page: TopPage {
    get { pages[pages.count - 1] }
    set { pages[pages.count - 1] = newValue }
  }

  /// Shows only rows that match a filter; an empty text shows all rows.
  ///
  /// - Returns: An error message, or nil if the text is a valid filter.
  public mutating func filter(_ text: String) -> String? {
    do {
      page.filter = text.isEmpty ? nil : try TopFilter(text)
      return nil
    } catch {
      return error.description
    }
  }

  /// The names of the statistics by which rows can be sorted.
  ///
  /// The list is empty before the first sample.
  public var columnNames: [String] {
    guard case .table(let view, _) = page.kind else { return sortNames }
    let table = model.current?.layout.tables.first { $0.view == view }
    return table?.columns.map(\.name) ?? []
  }

  /// Sorts the rows by a statistic.
  ///
  /// `name` must be one of `columnNames`.
  public mutating func sort(by name: String) { page.sortName = name }

  /// Sets the initial state of the options that the keys `z`, `u` and `t` change later.
  public mutating func set(hidesZeros: Bool, hasUnits: Bool, showsTotals: Bool) {
    page.hidesZeros = hidesZeros
    self.hasUnits = hasUnits
    self.showsTotals = showsTotals
  }

  /// Records the last sample of the model's sampler.
  public mutating func recordSample(at timestamp: Timestamp) {
    model.recordSample(at: timestamp)
    if case .statistics(let path) = page.kind { statisticHistory.record(path, model) }
  }

  /// The minimum size of the screen.
  static let minimumSize = (columns: 40, rows: 8)

  /// Draws the visible page.
  ///
  /// - Parameters:
  ///   - columns: The width of the terminal.
  ///   - rows: The height of the terminal.
  ///   - timestamp: The current time.
  ///   - clock: The time of day to show.
  /// - Returns: A frame of the given size.
  public mutating func frame(columns: Int, rows: Int, at timestamp: Timestamp, clock: String)
    -> Frame
  {
    var frame = Frame(columns: columns, rows: rows)
    guard columns >= Self.minimumSize.columns, rows >= Self.minimumSize.rows else {
      frame.put(
        "too small (min \(Self.minimumSize.columns)x\(Self.minimumSize.rows))", row: 0,
        column: 0)
      return frame
    }
    if isHelpShown {
      drawHelp(&frame)
      return frame
    }
    drawHead(&frame, at: timestamp, clock: clock)
    roomForRows = frame.rows - 4 - Self.explanationLines(of: frame)
    switch page.kind {
    case .table(let view, let path): drawTable(view, below: path, &frame)
    case .statistics(let path): drawStatistics(of: path, &frame)
    case .histogram(let path, let group, let index):
      drawHistogram(of: path, group, index, &frame)
    }
    drawFoot(&frame, at: timestamp)
    return frame
  }

  /// Sets the rows of the page and scrolls so that the selected row is visible.
  ///
  /// - Returns: The index of the selected row; nil if there are no rows.
  mutating func updateSelection(_ keys: [String]) -> Int? {
    rowKeys = keys
    guard !keys.isEmpty else { return nil }
    let selected = page.selected.flatMap { keys.firstIndex(of: $0) } ?? 0
    page.selected = page.selected == nil ? nil : keys[selected]
    if selected < page.scroll { page.scroll = selected }
    if selected >= page.scroll + roomForRows { page.scroll = selected - roomForRows + 1 }
    page.scroll = max(0, min(page.scroll, keys.count - roomForRows))
    return selected
  }
}
