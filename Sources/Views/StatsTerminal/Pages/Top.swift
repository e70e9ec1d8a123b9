public import StatsFormats
internal import StatsTree

/// The screen of `vitals top` as a value: keys go in, frames come out.
///
/// It does no input or output, so that every state of it can be tested.
public struct Top {
  public let model: TopModel
  /// What was opened, the newest last; never empty.
  var pages: [TopPage]
  var hasUnits = true
  var showsTotals = false
  /// How many samples before the last are shown; 0 is now.
  var stepsBack = 0
  /// Whether no samples are taken.
  public internal(set) var isFrozen = false
  var isHelpShown = false
  var prompt: TopPrompt?
  /// Such as `1 s`.
  public var intervalText: String
  /// The rows that the last frame had room for.
  var roomForRows = 10
  /// The keys of the rows as the last frame had them, for the cursor.
  var rowKeys: [String] = []
  /// The columns that rows can be sorted by, as the last frame had them.
  var sortNames: [String] = []
  /// What the source that is looked at counted in the last samples.
  var trail = TopStatisticHistory()

  /// - Parameters:
  ///   - model: the numbers.
  ///   - view: what is shown first.
  ///   - intervalText: how often samples are taken, for the person.
  public init(_ model: TopModel, view: TopView = .vms, intervalText: String) {
    self.model = model
    self.intervalText = intervalText
    pages = [TopPage(.table(view, below: nil))]
  }

  /// The screen on top.
  var page: TopPage {
    get { pages[pages.count - 1] }
    set { pages[pages.count - 1] = newValue }
  }

  /// Shows only rows that match.
  ///
  /// - Returns: what is wrong with the text; nil where nothing is.
  public mutating func filter(_ text: String) -> String? {
    do {
      page.filter = text.isEmpty ? nil : try TopFilter(text)
      return nil
    } catch {
      return error.description
    }
  }

  /// The statistics that the rows can be sorted by, once there is a sample.
  public var columnNames: [String] {
    guard case .table(let view, _) = page.kind else { return sortNames }
    let table = model.current?.layout.tables.first { $0.view == view }
    return table?.columns.map(\.name) ?? []
  }

  /// Sorts by a statistic, one of `columnNames`.
  public mutating func sort(by name: String) { page.sortName = name }

  /// Hides what is zero, units, or shows totals, as an option says.
  public mutating func set(hidesZeros: Bool, hasUnits: Bool, showsTotals: Bool) {
    page.hidesZeros = hidesZeros
    self.hasUnits = hasUnits
    self.showsTotals = showsTotals
  }

  /// Notes the last pass.
  public mutating func take(at moment: Timestamp) {
    model.take(at: moment)
    if case .statistics(let path) = page.kind { trail.take(path, model) }
  }

  /// The smallest screen that something can be read on.
  static let smallest = (columns: 40, rows: 8)

  /// The screen now.
  ///
  /// - Parameters:
  ///   - columns: the terminal's width.
  ///   - rows: its height.
  ///   - moment: the time of both clocks.
  ///   - clock: the time of day, for the person.
  /// - Returns: a frame of that size.
  public mutating func frame(columns: Int, rows: Int, at moment: Timestamp, clock: String) -> Frame
  {
    var frame = Frame(columns: columns, rows: rows)
    guard columns >= Self.smallest.columns, rows >= Self.smallest.rows else {
      frame.put(
        "too small (min \(Self.smallest.columns)x\(Self.smallest.rows))", row: 0, column: 0)
      return frame
    }
    if isHelpShown {
      drawHelp(&frame)
      return frame
    }
    drawHead(&frame, at: moment, clock: clock)
    roomForRows = frame.rows - 4 - Self.explanationLines(of: frame)
    switch page.kind {
    case .table(let view, let path): drawTable(view, below: path, &frame)
    case .statistics(let path): drawStatistics(of: path, &frame)
    case .histogram(let path, let group, let index):
      drawHistogram(of: path, group, index, &frame)
    }
    drawFoot(&frame, at: moment)
    return frame
  }

  /// Keeps the chosen row on the screen: its position, or nil without rows.
  mutating func settle(_ keys: [String]) -> Int? {
    rowKeys = keys
    guard !keys.isEmpty else { return nil }
    let chosen = page.selected.flatMap { keys.firstIndex(of: $0) } ?? 0
    page.selected = page.selected == nil ? nil : keys[chosen]
    if chosen < page.scroll { page.scroll = chosen }
    if chosen >= page.scroll + roomForRows { page.scroll = chosen - roomForRows + 1 }
    page.scroll = max(0, min(page.scroll, keys.count - roomForRows))
    return chosen
  }
}
