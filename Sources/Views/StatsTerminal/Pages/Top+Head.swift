internal import Statistics
internal import StatsFormats
internal import StatsTree

extension Top {
  /// The two lines above the titles: when and what.
  func drawHead(_ frame: inout Frame, at moment: Timestamp, clock: String) {
    var at = frame.put("vitals top", row: 0, column: 0, .strong)
    at = frame.put("  \(clock)  every \(intervalText)", row: 0, column: at)
    if let sample = model.sample(stepsBack: stepsBack) {
      let vms = sample.count(of: .vms)
      let vcpus = sample.count(of: .vcpus)
      at = frame.put(
        "  \(vms) VM\(vms == 1 ? "" : "s"), "
          + "\(vcpus) vCPU\(vcpus == 1 ? "" : "s")", row: 0, column: at)
      if stepsBack > 0 {
        let age = Self.span(moment.monotonic, since: sample.moment.monotonic)
        at = frame.put("  \(age) AGO", row: 0, column: at, .warning)
      }
    }
    if isFrozen { at = frame.put("  FROZEN", row: 0, column: at, .warning) }
    if showsTotals, stepsBack == 0 { at = frame.put("  TOTALS", row: 0, column: at, .warning) }
    if let time = model.resetTime {
      at = frame.put(
        "  reset \(Self.span(moment.monotonic, since: time)) ago", row: 0, column: at, .warning)
    }
    if let filter = page.filter {
      frame.put("  only \(filter.text)", row: 0, column: at, .warning)
    }
    drawTabs(&frame)
  }

  private func drawTabs(_ frame: inout Frame) {
    var at = 0
    guard pages.count == 1, case .table(let view, _) = page.kind else {
      at = frame.put(place, row: 1, column: 0, .accent)
      frame.put("  (Backspace: back)", row: 1, column: at, .dim)
      return
    }
    for (index, other) in TopView.allCases.enumerated() {
      at = frame.put("\(index + 1) ", row: 1, column: at, .dim)
      let style: Style = other == view ? .accent : .plain
      let text = other == view ? "[\(other.title)]" : other.title
      at = frame.put(text, row: 1, column: at, style)
      at = frame.put("  ", row: 1, column: at)
    }
  }

  /// What is looked at.
  private var place: String {
    switch page.kind {
    case .table(let view, let path): path.map { "vCPUs of \($0)" } ?? view.title
    case .statistics(let path): "\(path): all statistics"
    case .histogram(let path, let group, let index):
      "\(path): "
        + (histogram(path, group, index)?.statistic.name ?? "a histogram that is gone")
    }
  }

  /// The two lines below the rows: what was told or is asked, and the keys.
  func drawFoot(_ frame: inout Frame, at moment: Timestamp) {
    let row = frame.rows - 1
    if let prompt {
      let at = frame.put(prompt.label, row: row, column: 0, .strong)
      // The end of a long text is what is being written.
      let room = max(1, frame.columns - at - 1)
      frame.put(String(prompt.text.suffix(room)) + "_", row: row, column: at)
      return
    }
    if let notice = model.notice, moment.monotonic < notice.time + 8_000_000_000 {
      frame.put(notice.text, row: row, column: 0, .warning)
      return
    }
    var at = 0
    for (key, words) in keyHints {
      guard at + key.count + words.count + 3 <= frame.columns else { break }
      at = frame.put(key, row: row, column: at, .accent)
      at = frame.put(" \(words)  ", row: row, column: at, .dim)
    }
  }

  /// The lines above the keys that say what something means.
  static func explanationLines(of frame: Frame) -> Int { frame.rows >= 20 ? 2 : 1 }

  /// Says what something means, above the keys; what does not fit is cut.
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

  /// A length of time in words.
  static func span(_ now: UInt64, since then: UInt64) -> String {
    let seconds = (now > then ? now - then : 0) / 1_000_000_000
    if seconds < 60 { return "\(seconds) s" }
    return "\(seconds / 60)m\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)s"
  }
}

extension TopSample {
  /// The rows of a view that are no sums of the others.
  func count(of view: TopView) -> Int {
    layout.tables.first { $0.view == view }?.rows.count { !$0.isTotal } ?? 0
  }
}
