import Statistics

/// The text of a value, as it stands in a file.
struct MountText: Sendable {
  /// A line of a histogram, or of what was counted by name.
  struct Row: Sendable {
    let label: Substring
    let count: UInt64
  }

  let text: String

  init(_ bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self) }

  init(_ text: String) { self.text = text }

  private var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// The number, where it is one without a sign.
  var number: UInt64? { text.last == "\n" ? UInt64(text.dropLast()) : nil }

  /// The lines of a histogram; nil where it has others.
  var rows: [Row]? {
    guard text.isEmpty || text.last == "\n" else { return nil }
    var rows: [Row] = []
    for line in lines.dropLast() {
      guard let space = line.lastIndex(of: " "), let count = UInt64(line[space...].dropFirst())
      else { return nil }
      rows.append(Row(label: line[..<space], count: count))
    }
    return rows
  }

  /// What is wrong with it as the text of a statistic, as far as that is known; nil is nothing.
  func flaw(as statistic: Statistic?) -> String? {
    if text.isEmpty {
      return statistic.map(\.kind.isHistogram) ?? true ? nil : "it is empty"
    }
    guard text.last == "\n" else { return "it has no newline at its end" }
    if text == "-\n" { return nil }
    if let statistic, !statistic.kind.isHistogram { return lineFlaw(as: statistic) }
    if statistic == nil, lines.count == 2, lineFlaw(as: nil) == nil { return nil }
    guard let rows else { return "a line has no count: \(start)" }
    let bounds = rows.compactMap { UInt64($0.label) }
    // Names, in their order; what has none is counted behind them.
    guard bounds.count == rows.count, statistic?.states.isEmpty ?? true else { return nil }
    let isAscending = zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }
    return isAscending ? nil : "its bounds do not ascend: \(start)"
  }

  private func lineFlaw(as statistic: Statistic?) -> String? {
    guard lines.count == 2 else { return "it has \(lines.count - 1) lines" }
    let line = lines[0]
    let areNumbers = line.split(separator: " ", omittingEmptySubsequences: false).allSatisfy {
      $0 == "-" || Self.isNumber($0)
    }
    if areNumbers { return nil }
    switch statistic?.kind {
    case nil: return line.contains(" ") ? "no number: \(start)" : nil
    case .state, .unknown:
      guard let states = statistic?.states, !states.isEmpty else {
        return line.isEmpty || line.first?.isNumber == true ? "no number: \(start)" : nil
      }
      return states.contains(String(line)) ? nil : "no state of that name: \(start)"
    default: return "no number: \(start)"
    }
  }

  /// Digits, with a sign where the number is negative.
  private static func isNumber(_ word: Substring) -> Bool {
    let digits = word.first == "-" ? word.dropFirst() : word
    return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
      && (digits.count == 1 || digits.first != "0")
  }

  /// Its beginning, to be shown.
  private var start: String { "'\(text.prefix(40).split(separator: "\n").first ?? "")'" }
}
