internal import Statistics
internal import StatsFormats
internal import StatsTree

extension Top {
  /// Draws the two lines above the titles of the columns.
  ///
  /// The first line has the time and the state. The second line has the views.
  func drawHead(_ frame: inout Frame, at timestamp: Timestamp, clock: String) {
    var column = frame.put("vitals top", row: 0, column: 0, .strong)
    column = frame.put("  \(clock)  every \(intervalText)", row: 0, column: column)
    if let sample = model.sample(stepsBack: stepsBack) {
      let vms = sample.count(of: .vms)
      let vcpus = sample.count(of: .vcpus)
      column = frame.put(
        "  \(vms) VM\(vms == 1 ? "" : "s"), "
          + "\(vcpus) vCPU\(vcpus == 1 ? "" : "s")", row: 0, column: column)
      if stepsBack > 0 {
        let age = Self.span(timestamp.monotonic, since: sample.timestamp.monotonic)
        column = frame.put("  \(age) AGO", row: 0, column: column, .warning)
      }
    }
    if isFrozen { column = frame.put("  FROZEN", row: 0, column: column, .warning) }
    if showsTotals, stepsBack == 0 {
      column = frame.put("  TOTALS", row: 0, column: column, .warning)
    }
    if let time = model.resetTime {
      column = frame.put(
        "  reset \(Self.span(timestamp.monotonic, since: time)) ago", row: 0, column: column,
        .warning)
    }
    if let filter = page.filter {
      frame.put("  only \(filter.text)", row: 0, column: column, .warning)
    }
    drawTabs(&frame)
  }

  private func drawTabs(_ frame: inout Frame) {
    var column = 0
    guard pages.count == 1, case .table(let view, _) = page.kind else {
      column = frame.put(pageTitle, row: 1, column: 0, .accent)
      frame.put("  (Backspace: back)", row: 1, column: column, .dim)
      return
    }
    for (index, other) in TopView.allCases.enumerated() {
      column = frame.put("\(index + 1) ", row: 1, column: column, .dim)
      let style: Style = other == view ? .accent : .plain
      let text = other == view ? "[\(other.title)]" : other.title
      column = frame.put(text, row: 1, column: column, style)
      column = frame.put("  ", row: 1, column: column)
    }
  }

  /// The title of a page that was opened from another page.
  private var pageTitle: String {
    switch page.kind {
    case .table(let view, let path): path.map { "vCPUs of \($0)" } ?? view.title
    case .statistics(let path): "\(path): all statistics"
    case .histogram(let path, let group, let index):
      "\(path): "
        + (histogram(path, group, index)?.statistic.name ?? "histogram no longer exists")
    }
  }

  /// Draws the last line: the prompt, a notice or the keys.
  func drawFoot(_ frame: inout Frame, at timestamp: Timestamp) {
    let row = frame.rows - 1
    if let prompt {
      let column = frame.put(prompt.label, row: row, column: 0, .strong)
      // Show the end of a long text, where the cursor is.
      let room = max(1, frame.columns - column - 1)
      frame.put(String(prompt.text.suffix(room)) + "_", row: row, column: column)
      return
    }
    if let notice = model.notice, timestamp.monotonic < notice.time + 8_000_000_000 {
      frame.put(notice.text, row: row, column: 0, .warning)
      return
    }
    var column = 0
    for (key, hint) in keyHints {
      guard column + key.count + hint.count + 3 <= frame.columns else { break }
      column = frame.put(key, row: row, column: column, .accent)
      column = frame.put(" \(hint)  ", row: row, column: column, .dim)
    }
  }

  /// Returns the number of explanation lines above the keys.
  static func explanationLines(of frame: Frame) -> Int { frame.rows >= 20 ? 2 : 1 }

  /// Draws an explanation above the keys.
  ///
  /// A text that does not fit is truncated.
  func explain(_ text: String, _ frame: inout Frame, _ style: Style = .dim) {
    let lines = Self.explanationLines(of: frame)
    let first = frame.rows - 1 - lines
    guard lines == 2, CharacterWidth.of(text) > frame.columns,
      let cut = text.prefix(frame.columns).lastIndex(of: " ")
    else {
      frame.put(text, row: first, column: 0, style)
      return
    }
    frame.put(String(text[..<cut]), row: first, column: 0, style)
    frame.put(String(text[cut...].dropFirst()), row: first + 1, column: 0, style)
  }

  private var keyHints: [(String, String)] {
    switch page.kind {
    case .table:
      [
        ("?", "help"), ("Enter", "open"), ("Left/Right", "sort"), ("/", "filter"),
        ("z", "zeros"), ("t", "totals"), ("Space", "freeze"), ("[ ]", "back in time"),
        ("q", "quit"),
      ]
    case .statistics:
      [
        ("?", "help"), ("Enter", "histogram"), ("Left/Right", "sort"), ("/", "filter"),
        ("z", "zeros"), ("r", "reset"), ("Backspace", "back"), ("q", "quit"),
      ]
    case .histogram:
      [("?", "help"), ("t", "interval or total"), ("r", "reset"), ("Backspace", "back")]
    }
  }

  /// Formats the time between two times, such as `42 s` or `1m05s`.
  static func span(_ now: UInt64, since then: UInt64) -> String {
    let seconds = (now > then ? now - then : 0) / 1_000_000_000
    if seconds < 60 { return "\(seconds) s" }
    return "\(seconds / 60)m\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)s"
  }
}

extension TopSample {
  /// Returns the number of rows of a view.
  ///
  /// Rows that are sums are not counted.
  func count(of view: TopView) -> Int {
    layout.tables.first { $0.view == view }?.rows.count { !$0.isTotal } ?? 0
  }
}
