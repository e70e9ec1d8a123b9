import LinuxSystem

/// The table of results of a run.
struct Report {
  private struct Row {
    let name: String
    let figure: String
    let bar: String
    let verdict: String
  }

  private var rows: [Row] = []
  /// Whether a part failed although this host meets its requirements.
  private(set) var isBroken = false
  /// Run only parts whose headings contain this text.
  private let only: String?

  init(only: String?) { self.only = only }

  /// Adds a heading.
  mutating func section(_ title: String) {
    rows.append(Row(name: title, figure: "", bar: "", verdict: ""))
  }

  /// Adds a result without a bar.
  mutating func add(_ name: String, _ figure: String) {
    rows.append(Row(name: "  " + name, figure: figure, bar: "", verdict: ""))
  }

  /// Adds a result with a bar.
  mutating func add(_ name: String, _ figure: String, bar: String, holds: Bool) {
    rows.append(
      Row(name: "  " + name, figure: figure, bar: bar, verdict: holds ? "PASS" : "over"))
  }

  /// Runs one part; a part without its requirements is `skipped`, a failed one `FAILED`.
  mutating func part(_ title: String, _ body: (inout Report) throws -> Void) {
    if let only, !title.contains(only) { return }
    section(title)
    printProgress("\(title) ...\n")
    do {
      try body(&self)
    } catch let missing as MissingRequirementError {
      rows.append(Row(name: "  -", figure: missing.what, bar: "", verdict: "skipped"))
    } catch {
      isBroken = true
      rows.append(Row(name: "  -", figure: "\(error)", bar: "", verdict: "FAILED"))
    }
  }

  /// The table, with names and results in columns.
  var text: String {
    let names = rows.map(\.name.count).max() ?? 0
    let figures = rows.filter { !$0.bar.isEmpty }.map(\.figure.count).max() ?? 0
    let bars = rows.map(\.bar.count).max() ?? 0
    return rows.map { row in
      if row.figure.isEmpty { return "\n\(row.name)\n" }
      var line = padded(row.name, names) + "  " + row.figure
      if !row.verdict.isEmpty {
        line = padded(line, names + 2 + figures) + "  " + padded(row.bar, bars)
        line += "  " + row.verdict
      }
      return line + "\n"
    }.joined()
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

/// A requirement of a part that this host does not meet.
struct MissingRequirementError: Error {
  let what: String

  init(_ what: String) { self.what = what }
}

/// Returns a number with a fixed number of decimals.
func fixed(_ value: Double, _ digits: Int = 2) -> String {
  guard value.isFinite else { return "-" }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = Int((value.magnitude * scale).rounded())
  var text = "\(scaled)"
  while text.count <= digits { text = "0" + text }
  if digits > 0 { text.insert(".", at: text.index(text.endIndex, offsetBy: -digits)) }
  return (value < 0 ? "-" : "") + text
}

/// Returns a time in nanoseconds, microseconds or milliseconds.
func duration(_ nanoseconds: Double) -> String {
  switch nanoseconds {
  case ..<1_000: "\(fixed(nanoseconds, 0)) ns"
  case ..<1_000_000: "\(fixed(nanoseconds / 1_000, nanoseconds < 100_000 ? 1 : 0)) us"
  default: "\(fixed(nanoseconds / 1_000_000)) ms"
  }
}

/// Writes progress to standard error.
func printProgress(_ text: String) {
  try? Descriptor.standardError().write(Array(text.utf8))
}
