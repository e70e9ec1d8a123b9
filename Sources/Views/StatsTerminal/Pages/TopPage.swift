internal import StatsTree

/// The state of one page of the screen: its selection, sort order and filter.
struct TopPage {
  enum Kind: Hashable {
    /// The rows of a view, or only the rows below a source, such as the vCPUs of one VM.
    case table(TopView, below: String?)
    /// All statistics of a source.
    case statistics(path: String)
    /// A histogram of a source, given by the ID of the group and the index of the histogram in the
    /// group's schema.
    case histogram(path: String, group: UInt64, index: Int)
  }

  let kind: Kind
  /// The key of the selected row; nil selects the first row.
  var selected: String?
  /// The number of rows above the first visible one.
  var scroll = 0
  /// The name of the sort column; nil for the first column.
  var sortName: String?
  var isAscending = false
  var hidesZeros = false
  var filter: TopFilter?

  init(_ kind: Kind) {
    self.kind = kind
    if case .statistics = kind { hidesZeros = true }
  }
}

/// Selects rows by path, name or process ID.
struct TopFilter {
  let text: String
  private let pattern: Pattern?
  private let pid: String?

  /// Parses a filter: a part of a name, a glob, `/regex/` or `pid=N`.
  init(_ text: String) throws(Pattern.SyntaxError) {
    self.text = text
    if text.hasPrefix("pid=") {
      pid = String(text.dropFirst(4))
      pattern = nil
    } else {
      pid = nil
      let isPlain = !text.contains { "*?[/".contains($0) }
      pattern = try Pattern(isPlain ? "**\(text)**" : text)
    }
  }

  /// Returns `true` if the path, the name or the process ID of a row matches the filter.
  func matches(_ path: String, name: String, pid own: String?) -> Bool {
    if let pid { return own == pid }
    return pattern.map { $0.matches(path) || $0.matches(name) } ?? true
  }
}

/// A line of text that the user is editing.
struct TopPrompt {
  enum Purpose: Hashable {
    case filter
    case interval
  }

  let purpose: Purpose
  var text: String

  var label: String {
    switch purpose {
    case .filter: "Show only (part of a name, glob, /regex/ or pid=N; empty for all): "
    case .interval: "Interval, for example 500ms or 2s: "
    }
  }
}

/// A request of `Top` that the caller must fulfil.
public enum TopRequest: Hashable, Sendable {
  case quit
  case suspend
  /// Redraw the whole screen.
  case redraw
  /// Take the next sample now.
  case sample
  /// Change the interval to the text that the user entered.
  case interval(String)
}
