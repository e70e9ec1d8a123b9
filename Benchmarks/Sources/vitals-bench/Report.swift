import LinuxSystem

/// The figures of a run, as one table.
struct Report {
  private struct Row {
    let name: String
    let figure: String
    let bar: String
    let verdict: String
  }

  private var rows: [Row] = []
  /// Whether something could not run that this machine has what it takes for.
  private(set) var isBroken = false
  /// Only parts whose headings have this text run.
  private let only: String?

  init(only: String?) { self.only = only }

  /// A heading between figures.
  mutating func section(_ title: String) {
    rows.append(Row(name: title, figure: "", bar: "", verdict: ""))
  }

  /// A figure without a bar.
  mutating func add(_ name: String, _ figure: String) {
    rows.append(Row(name: "  " + name, figure: figure, bar: "", verdict: ""))
  }

  /// A figure with one.
  mutating func add(_ name: String, _ figure: String, bar: String, holds: Bool) {
    rows.append(
      Row(name: "  " + name, figure: figure, bar: bar, verdict: holds ? "PASS" : "over"))
  }

  /// Runs one part; a part without what it needs is shown as skipped, a failed one as failed.
  mutating func part(_ title: String, _ body: (inout Report) throws -> Void) {
    if let only, !title.contains(only) { return }
    section(title)
    note("\(title) ...\n")
    do {
      try body(&self)
    } catch let missing as Missing {
      rows.append(Row(name: "  -", figure: missing.what, bar: "", verdict: "skipped"))
    } catch {
      isBroken = true
      rows.append(Row(name: "  -", figure: "\(error)", bar: "", verdict: "FAILED"))
    }
  }

  /// The table; names and figures in columns as wide as they need.
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

/// What a machine lacks for a part.
struct Missing: Error {
  let what: String

  init(_ what: String) { self.what = what }
}

/// A number with so many digits after the point.
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

/// A time in the unit that suits it.
func duration(_ nanoseconds: Double) -> String {
  switch nanoseconds {
  case ..<1_000: "\(fixed(nanoseconds, 0)) ns"
  case ..<1_000_000: "\(fixed(nanoseconds / 1_000, nanoseconds < 100_000 ? 1 : 0)) us"
  default: "\(fixed(nanoseconds / 1_000_000)) ms"
  }
}

/// Says what goes on, to standard error.
func note(_ text: String) {
  try? Descriptor.standardError().write(Array(text.utf8))
}
