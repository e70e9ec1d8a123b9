import Statistics

/// Parses the text of a statistic, as the statistic's file contains it.
struct MountText: Sendable {
  /// A line of a histogram, or of a statistic that counts members by state.
  struct Row: Sendable {
    let label: Substring
    let count: UInt64
  }

  let text: String

  init(_ bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self) }

  init(_ text: String) { self.text = text }

  private var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// The value, if the text is an unsigned number.
  var number: UInt64? { text.last == "\n" ? UInt64(text.dropLast()) : nil }

  /// The lines of a histogram; nil if a line is malformed.
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

  /// Returns a description of a syntax error, or nil if the text is correct.
  ///
  /// If the statistic is unknown, only the syntax that all statistics share is checked.
  func problem(as statistic: Statistic?) -> String? {
    if text.isEmpty {
      return statistic.map(\.kind.isHistogram) ?? true ? nil : "empty text"
    }
    guard text.last == "\n" else { return "no newline at the end" }
    if text == "-\n" { return nil }
    if let statistic, !statistic.kind.isHistogram { return lineProblem(as: statistic) }
    if statistic == nil, lines.count == 2, lineProblem(as: nil) == nil { return nil }
    guard let rows else { return "line without count: \(start)" }
    let bounds = rows.compactMap { UInt64($0.label) }
    // If the labels are names of states, there are no bounds to compare.
    guard bounds.count == rows.count, statistic?.states.isEmpty ?? true else { return nil }
    let isAscending = zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }
    return isAscending ? nil : "bounds do not ascend: \(start)"
  }

  private func lineProblem(as statistic: Statistic?) -> String? {
    guard lines.count == 2 else { return "\(lines.count - 1) lines instead of 1" }
    let line = lines[0]
    let areNumbers = line.split(separator: " ", omittingEmptySubsequences: false).allSatisfy {
      $0 == "-" || Self.isNumber($0)
    }
    if areNumbers { return nil }
    switch statistic?.kind {
    case nil: return line.contains(" ") ? "not a number: \(start)" : nil
    case .state, .unknown:
      guard let states = statistic?.states, !states.isEmpty else {
        return line.isEmpty || line.first?.isNumber == true ? "not a number: \(start)" : nil
      }
      return states.contains(String(line)) ? nil : "unknown state: \(start)"
    default: return "not a number: \(start)"
    }
  }

  /// Returns `true` if the word consists of decimal digits without leading zeros, after an optional
  /// minus sign.
  private static func isNumber(_ word: Substring) -> Bool {
    let digits = word.first == "-" ? word.dropFirst() : word
    return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
      && (digits.count == 1 || digits.first != "0")
  }

  /// The beginning of the text, for messages.
  private var start: String { "'\(text.prefix(40).split(separator: "\n").first ?? "")'" }
}
