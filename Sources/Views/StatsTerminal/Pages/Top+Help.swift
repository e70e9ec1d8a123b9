internal import StatsFormats

extension Top {
  /// What every key does.
  func drawHelp(_ frame: inout Frame) {
    frame.paint(row: 0, .title)
    frame.put("vitals top: the keys (any key closes this)", row: 0, column: 0, .title)
    let half = frame.columns >= 100 ? frame.columns / 2 : frame.columns
    let room = frame.rows - 2
    for (index, line) in Self.help.enumerated() {
      let (row, column) =
        index < room ? (1 + index, 0) : half < frame.columns ? (1 + index - room, half) : (-1, 0)
      guard row > 0, row <= room else { continue }
      frame.put(line.key, row: row, column: column + 1, width: 14, .accent)
      frame.put(line.words, row: row, column: column + 16, width: half - 17)
    }
    frame.put(historyText, row: frame.rows - 1, column: 0, .dim)
  }

  private var historyText: String {
    let samples = model.history.samples
    let bytes = TopHistory.byteLimit >> 20
    guard let first = samples.first, let last = samples.last else {
      return "History: at most 10 minutes or \(bytes) MiB; nothing yet."
    }
    let span = Self.span(last.moment.monotonic, since: first.moment.monotonic)
    return "History: \(span) now, a sample a second; at most 10 minutes or \(bytes) MiB."
  }

  static let help: [(key: String, words: String)] = [
    ("Up Down", "choose a row; also j k, PageUp, PageDown, Home, End"),
    ("Enter", "open: VM, its vCPUs, a vCPU's statistics, a histogram"),
    ("d", "all statistics of the chosen row, also of a VM or a sum"),
    ("Backspace Esc", "back to where it was opened"),
    ("1 to 5, Tab", "VMs, vCPUs, host, cgroups, programs"),
    ("Left Right o", "sort by the next column; O turns the order"),
    ("/ f g", "show only what matches; c shows all again"),
    ("p", "show only the VM of a process: pid=N"),
    ("z", "hide or show what is zero"),
    ("t", "rates or totals; of histograms the interval or all"),
    ("u", "units on or off"),
    ("r", "reset: totals begin at zero, for this screen only"),
    ("Space", "freeze: nothing is read until Space again"),
    ("[ ]", "a sample back or forward in time; { } ten; = now"),
    ("s", "another interval"),
    ("Ctrl-L", "draw anew"),
    ("Ctrl-Z", "stop; fg goes on"),
    ("q Ctrl-C", "quit"),
    ("-", "a number that is not known; never a zero"),
    ("~ * !", "time goes on uncounted; belongs partly to before; after a reset"),
  ]
}
