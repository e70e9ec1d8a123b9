internal import Statistics
internal import StatsFormats
public import StatsRules
internal import StatsTree

/// Writes the findings of `vitals doctor` as text and JSON.
public struct DoctorReport {
  let findings: [DoctorFinding]
  let gaps: [RuleReport.Gap]
  let examinedCount: Int
  let ruleCount: Int
  let nanoseconds: UInt64
  let width: Int

  /// - Parameters:
  ///   - findings: the findings, in the order in which they are shown.
  ///   - gaps: the rules that could not be evaluated.
  ///   - examinedCount: the number of sources to which at least one rule applied.
  ///   - ruleCount: the number of rules.
  ///   - nanoseconds: the time between the two samples.
  ///   - width: the maximum line length of the text, in characters.
  public init(
    findings: [DoctorFinding], gaps: [RuleReport.Gap], examinedCount: Int, ruleCount: Int,
    nanoseconds: UInt64, width: Int
  ) {
    self.findings = findings
    self.gaps = gaps
    self.examinedCount = examinedCount
    self.ruleCount = ruleCount
    self.nanoseconds = nanoseconds
    self.width = width
  }

  /// The maximum number of values that are shown side by side.
  ///
  /// Each value comes from one member (source) of a finding.
  private static let maximumColumns = 4

  public var text: String {
    let over = Self.duration(nanoseconds)
    let sources = examinedCount == 1 ? "1 source" : "\(examinedCount) sources"
    var text =
      findings.isEmpty
      ? "Nothing found: \(ruleCount) rules on \(sources), over \(over).\n"
      : "\(findings.count) finding\(findings.count == 1 ? "" : "s"): \(ruleCount) rules on "
        + "\(sources), over \(over).\n"
    for finding in findings { text += "\n" + self.text(of: finding) }
    if !gaps.isEmpty {
      text += "\nCannot tell:\n" + gapLines
    }
    return text
  }

  // MARK: - A finding

  private func text(of finding: DoctorFinding) -> String {
    let rule = finding.rule
    let severity = rule.severity.rawValue.uppercased() + "  "
    var text = wrapped(
      "\(severity)\(subject(of: finding)) \(rule.finding.printable)", indent: severity.count)
    let shown = finding.members.prefix(Self.maximumColumns)
    var lines: [(String, String)] = rule.evidence.enumerated().map { index, evidence in
      (evidence.label.printable, Self.values(shown.map { $0.diagnosis.evidence[index] }))
    }
    lines += neighbourLines(of: finding)
    if rule.list == .diagnostics {
      for member in shown {
        for diagnostic in member.diagnosis.source.diagnostics {
          lines.append(("why", diagnostic.text.printable))
        }
      }
    }
    let over = finding.members.first?.diagnosis.interval.map {
      ", over \(Self.duration($0.nominal))"
    }
    lines.append(("rule", "\(rule.name.printable): \(rule.condition.text.printable)\(over ?? "")"))
    lines.append(("try", rule.remedy.printable))
    let indent = min(40, lines.reduce(0) { max($0, $1.0.count) }) + 4
    for (label, value) in lines {
      text += wrapped(
        "  " + label + String(repeating: " ", count: max(2, indent - 2 - label.count)) + value,
        indent: indent)
    }
    return text
  }

  /// Returns the path of the first source of a finding, followed by the names of the other sources,
  /// such as `kvm/web1/vcpu0 (and vcpu1, vcpu2)`.
  private func subject(of finding: DoctorFinding) -> String {
    let paths = finding.members.map(\.path)
    let others = paths.dropFirst().prefix(Self.maximumColumns - 1).map {
      String($0.split(separator: "/").last ?? "")
    }
    let rest = paths.count - 1 - others.count
    let more = rest > 0 ? ["\(rest) more"] : []
    let tail = (others + more).joined(separator: ", ")
    return ((paths.first ?? "") + (tail.isEmpty ? "" : " (and \(tail))")).printable
  }

  /// Returns the values side by side.
  ///
  /// If a value is missing, the reason for the first missing value follows.
  private static func values(_ results: [Result<Measure, MissingValuesError>]) -> String {
    var reason: String?
    let texts = results.map { result in
      switch result {
      case .success(let measure): return measure.text
      case .failure(let missing):
        reason = reason ?? missing.all.first?.description
        return "-"
      }
    }
    return (texts.joined(separator: ", ") + (reason.map { "  (\($0))" } ?? "")).printable
  }

  private func neighbourLines(of finding: DoctorFinding) -> [(String, String)] {
    guard finding.rule.list == .neighbours else { return [] }
    var lines: [(String, String)] = []
    for member in finding.members.prefix(Self.maximumColumns) {
      guard let neighbours = member.neighbours else {
        let line = ("on the same CPUs ran", "-  (thread unknown)")
        if !lines.contains(where: { $0 == line }) { lines.append(line) }
        continue
      }
      let isOne = neighbours.cpus.count == 1
      let label = "on CPU\(isOne ? "" : "s") \(neighbours.cpuText) ran"
      let names = neighbours.all.map { neighbour in
        "\(neighbour.name) (process \(neighbour.process)) \(Quantity(share: neighbour.share).text)"
      }
      let value =
        names.isEmpty ? "no visible process with 5 % of a CPU" : names.joined(separator: ", ")
      let line = (label, value.printable)
      if !lines.contains(where: { $0 == line }) { lines.append(line) }
    }
    return lines
  }

  // MARK: - Rules that could not be evaluated

  /// One entry for each set of sources, with all rules that could not be evaluated for these
  /// sources.
  private var gapLines: String {
    var groups: [(paths: [String], gaps: [RuleReport.Gap])] = []
    for gap in gaps {
      if let known = groups.firstIndex(where: { $0.paths == gap.paths }) {
        groups[known].gaps.append(gap)
      } else {
        groups.append((gap.paths, [gap]))
      }
    }
    return groups.map { paths, gaps in
      let names = gaps.map(\.rule.name).joined(separator: ", ")
      let of = Self.list(paths, maximum: 3)
      return wrapped("  \(names) of \(of): \(Self.reason(of: gaps))".printable, indent: 6)
    }.joined()
  }

  private static func reason(of gaps: [RuleReport.Gap]) -> String {
    var absent: [String] = []
    var others: [String] = []
    for reason in gaps.flatMap(\.missing) {
      if case .absent(let name) = reason {
        if !absent.contains(name) { absent.append(name) }
      } else if !others.contains(reason.description) {
        others.append(reason.description)
      }
    }
    let missing =
      (absent.isEmpty ? [] : ["no " + list(absent, maximum: 4, last: "or")]) + others
    let isDenied = gaps.allSatisfy { $0.missing.allSatisfy { $0.isDenied } }
    return isDenied
      ? "access to the required statistics denied" : list(missing, maximum: 4)
  }

  /// Returns a list such as `a, b and 3 more`.
  ///
  /// `last` is the word before the last element, in place of the comma or `and`.
  private static func list(_ words: [String], maximum: Int, last: String? = nil) -> String {
    let shown = words.prefix(maximum)
    if words.count > maximum {
      return "\(shown.joined(separator: ", ")) \(last ?? "and") \(words.count - maximum) more"
    }
    guard let last, let end = shown.last, shown.count > 1 else {
      return shown.joined(separator: ", ")
    }
    return "\(shown.dropLast().joined(separator: ", ")) \(last) \(end)"
  }

  // MARK: - Lines

  /// Returns the text wrapped to the width; all lines but the first are indented.
  private func wrapped(_ text: String, indent: Int) -> String {
    guard text.count > width else { return text + "\n" }
    var lines: [String] = []
    var line = String(text.prefix(indent))
    var isEmpty = true
    for word in text.dropFirst(indent).split(separator: " ", omittingEmptySubsequences: true) {
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent)
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    lines.append(line)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func duration(_ nanoseconds: UInt64) -> String {
    Quantity(Decimal(mantissa: UInt128(nanoseconds), exponent: -9), unit: .seconds).text
  }
}
