internal import StatsKnowledge

extension Rule {
  /// The keys of a rule in a rules file.
  static let keys = ["on", "severity", "when", "show", "list", "finding", "try", "why"]

  init(_ section: SectionFile.Section) throws(SectionFileError) {
    let on = try section.required("on")
    var scopes: [RuleScope] = []
    for word in on.text.split(whereSeparator: { $0 == " " || $0 == "," }) {
      guard let scope = RuleScope(String(word)) else {
        throw SectionFileError(
          line: on.line,
          reason: "unknown source '\(word)'; expected one of \(RuleScope.known), "
            + "or a path such as app/*/worker*")
      }
      scopes.append(scope)
    }
    guard !scopes.isEmpty else { throw SectionFileError(line: on.line, reason: "'on' is empty") }
    let when = try section.required("when")
    name = section.name
    self.scopes = scopes
    severity = try Self.severity(section)
    condition = try Self.formula(when.text, .condition, when.line)
    evidence = try Self.evidence(section)
    list = try Self.list(section)
    finding = try section.required("finding").text
    remedy = try section.required("try").text
    reason = try section.required("why").text
    line = section.line
  }

  private static func severity(_ section: SectionFile.Section) throws(SectionFileError)
    -> Rule.Severity
  {
    let value = try section.required("severity")
    guard let severity = Rule.Severity(rawValue: value.text) else {
      let known = Rule.Severity.allCases.map(\.rawValue).joined(separator: ", ")
      throw SectionFileError(
        line: value.line, reason: "unknown severity '\(value.text)'; expected one of \(known)")
    }
    return severity
  }

  private static func list(_ section: SectionFile.Section) throws(SectionFileError) -> Rule.List? {
    guard let value = section.values["list"] else { return nil }
    guard let list = Rule.List(rawValue: value.text) else {
      throw SectionFileError(
        line: value.line,
        reason: "unknown list '\(value.text)'; expected one of neighbours, diagnostics")
    }
    return list
  }

  /// Parses the items of `show`: labels and formulas.
  private static func evidence(_ section: SectionFile.Section) throws(SectionFileError) -> [Rule
    .Evidence]
  {
    guard let value = section.values["show"] else { return [] }
    var evidence: [Rule.Evidence] = []
    for item in value.text.split(separator: ";") {
      guard let equals = item.firstIndex(of: "=") else {
        throw SectionFileError(
          line: value.line,
          reason: "invalid item '\(trimmed(item))' in 'show'; expected 'label = formula'")
      }
      let formula = try formula(
        trimmed(item[item.index(after: equals)...]), .number, value.line)
      evidence.append(Rule.Evidence(label: trimmed(item[..<equals]), formula: formula))
    }
    return evidence
  }

  private static func formula(
    _ text: String, _ kind: Formula.ResultKind, _ line: Int
  ) throws(SectionFileError) -> Formula {
    do throws(FormulaError) {
      return try Formula(text, kind)
    } catch {
      throw SectionFileError(line: line, reason: "\(error)")
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0.isWhitespace }
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
