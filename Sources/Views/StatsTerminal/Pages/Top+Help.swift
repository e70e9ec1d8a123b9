internal import Statistics

extension Top {
  /// Draws the list of all keys.
  func drawHelp(_ frame: inout Frame) {
    frame.paint(row: 0, .title)
    frame.put("vitals top: keys (any key closes this page)", row: 0, column: 0, .title)
    let half = frame.columns >= 100 ? frame.columns / 2 : frame.columns
    let room = frame.rows - 2
    for (index, line) in Self.help.enumerated() {
      let (row, column) =
        index < room ? (1 + index, 0) : half < frame.columns ? (1 + index - room, half) : (-1, 0)
      guard row > 0, row <= room else { continue }
      frame.put(line.key, row: row, column: column + 1, width: 14, .accent)
      frame.put(line.text, row: row, column: column + 16, width: half - 17)
    }
    frame.put(historyText, row: frame.rows - 1, column: 0, .dim)
  }

  private var historyText: String {
    let samples = model.history.samples
    let bytes = TopHistory.maximumByteCount >> 20
    guard let first = samples.first, let last = samples.last else {
      return "History: empty; maximum 10 minutes or \(bytes) MiB."
    }
    let span = Self.span(last.timestamp.monotonic, since: first.timestamp.monotonic)
    return "History: \(span), one sample per second; maximum 10 minutes or \(bytes) MiB."
  }

  static let help: [(key: String, text: String)] = [
    ("Up Down", "select a row; also j k, PageUp, PageDown, Home, End"),
    ("Enter", "open the row: vCPUs of a VM, statistics, a histogram"),
    ("d", "all statistics of the row, also of a VM or a sum"),
    ("Backspace Esc", "back to the previous page"),
    ("1 to 5, Tab", "VMs, vCPUs, host, cgroups, programs"),
    ("Left Right o", "sort by the next column; O reverses the order"),
    ("/ f g", "show only rows that match; c shows all rows"),
    ("p", "show only the VM of process N: pid=N"),
    ("z", "hide or show zeros"),
    ("t", "rates or totals; histograms of the interval or in total"),
    ("u", "units on or off"),
    ("r", "reset totals to zero, on this screen only"),
    ("Space", "freeze; Space again continues"),
    ("[ ]", "one sample back or forward in time; { } ten; = now"),
    ("s", "change the interval"),
    ("Ctrl-L", "redraw the screen"),
    ("Ctrl-Z", "suspend; fg resumes"),
    ("q Ctrl-C", "quit"),
    ("-", "a missing value; never shown as zero"),
    ("~ * !", "wait in progress; includes earlier time; after a reset"),
  ]
}
