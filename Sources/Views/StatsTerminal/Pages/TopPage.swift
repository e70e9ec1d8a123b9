internal import StatsTree

/// One screen of those that were opened one from another.
struct TopPage {
  enum Kind: Hashable {
    /// The rows of a view; of the vCPUs perhaps only those of a VM.
    case table(TopView, below: String?)
    /// All statistics of a source.
    case statistics(path: String)
    /// A histogram of a source: the group and the position in its schema.
    case histogram(path: String, group: UInt64, index: Int)
  }

  let kind: Kind
  /// The row that is chosen, by its key; nil is the first.
  var selected: String?
  /// The rows above the first that is shown.
  var scroll = 0
  /// The column that rows are sorted by, by its name; nil is the first with numbers.
  var sortName: String?
  var isAscending = false
  var hidesZeros = false
  var filter: TopFilter?

  init(_ kind: Kind) {
    self.kind = kind
    if case .statistics = kind { hidesZeros = true }
  }
}

/// Which rows a person wants.
struct TopFilter {
  let text: String
  private let pattern: Pattern?
  private let pid: String?

  /// A glob, an expression between slashes, a part of a name, or `pid=` and a number.
  init(_ text: String) throws(Pattern.Flaw) {
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

  /// Whether a row matches, by its path or name, or by its process.
  func matches(_ path: String, name: String, pid own: String?) -> Bool {
    if let pid { return own == pid }
    return pattern.map { $0.matches(path) || $0.matches(name) } ?? true
  }
}

/// A line that a person is writing.
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
    case .interval: "Interval, such as 500ms or 2s: "
    }
  }
}

/// What a key asks of whoever runs the screen.
public enum TopRequest: Hashable, Sendable {
  case quit
  case suspend
  /// Draw everything anew.
  case redraw
  /// Take the next sample now.
  case sample
  /// A new interval, as it was written.
  case interval(String)
}
