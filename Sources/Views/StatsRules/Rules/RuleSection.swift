/// A rule as it stands in a file: a name in brackets, and values by key.
struct RuleSection {
  struct Value {
    let line: Int
    var text: String
  }

  private static let keys = [
    "on", "severity", "when", "show", "list", "finding", "try", "why",
  ]

  let name: String
  let line: Int
  private var values: [String: Value] = [:]

  private init(name: String, line: Int) {
    self.name = name
    self.line = line
  }

  static func all(of text: String) throws(RuleFlaw) -> [RuleSection] {
    var sections: [RuleSection] = []
    var lastKey: String?
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      let isBlank = line.allSatisfy { $0.isWhitespace }
      if isBlank || line.first == "#" { continue }
      if line.first == "[" {
        guard line.last == "]", line.count > 2 else {
          throw RuleFlaw(line: number, reason: "a name must stand as [name]")
        }
        sections.append(RuleSection(name: String(line.dropFirst().dropLast()), line: number))
        lastKey = nil
        continue
      }
      guard !sections.isEmpty else {
        throw RuleFlaw(line: number, reason: "a rule begins with its [name]")
      }
      if line.first == " " || line.first == "\t" {
        guard let key = lastKey else {
          throw RuleFlaw(line: number, reason: "nothing to continue here")
        }
        sections[sections.count - 1].values[key]?.text += " " + line.drop { $0.isWhitespace }
        continue
      }
      lastKey = try sections[sections.count - 1].add(line, number)
    }
    return sections
  }

  /// Takes in `key: value`: the key.
  private mutating func add(_ line: Substring, _ number: Int) throws(RuleFlaw) -> String {
    guard let colon = line.firstIndex(of: ":") else {
      throw RuleFlaw(line: number, reason: "neither [name] nor key: value")
    }
    let key = String(line[..<colon])
    guard Self.keys.contains(key) else {
      throw RuleFlaw(
        line: number,
        reason: "there is no key '\(key)'; there are \(Self.keys.joined(separator: ", "))")
    }
    guard values[key] == nil else { throw RuleFlaw(line: number, reason: "\(key) stands twice") }
    let value = line[line.index(after: colon)...].drop { $0 == " " }
    values[key] = Value(line: number, text: String(value))
    return key
  }

  // MARK: - The rule

  func rule() throws(RuleFlaw) -> Rule {
    let on = try required("on")
    var places: [RulePlace] = []
    for word in on.text.split(whereSeparator: { $0 == " " || $0 == "," }) {
      guard let place = RulePlace(String(word)) else {
        throw RuleFlaw(
          line: on.line,
          reason:
            "'\(word)' is no place; there are \(RulePlace.known), and paths such as app/*/worker*")
      }
      places.append(place)
    }
    guard !places.isEmpty else { throw RuleFlaw(line: on.line, reason: "on is empty") }
    let when = try required("when")
    return Rule(
      name: name, places: places, severity: try severity(),
      condition: try formula(when.text, .condition, when.line), evidence: try evidence(),
      list: try list(), finding: try required("finding").text, remedy: try required("try").text,
      reason: try required("why").text, line: line)
  }

  private func severity() throws(RuleFlaw) -> Rule.Severity {
    let value = try required("severity")
    guard let severity = Rule.Severity(rawValue: value.text) else {
      let known = Rule.Severity.allCases.map(\.rawValue).joined(separator: ", ")
      throw RuleFlaw(line: value.line, reason: "severity is one of \(known)")
    }
    return severity
  }

  private func list() throws(RuleFlaw) -> Rule.List? {
    guard let value = values["list"] else { return nil }
    guard let list = Rule.List(rawValue: value.text) else {
      throw RuleFlaw(line: value.line, reason: "list is neighbours or remarks")
    }
    return list
  }

  /// The items of `show`: words and formulas.
  private func evidence() throws(RuleFlaw) -> [Rule.Evidence] {
    guard let value = values["show"] else { return [] }
    var evidence: [Rule.Evidence] = []
    for item in value.text.split(separator: ";") {
      guard let equals = item.firstIndex(of: "=") else {
        throw RuleFlaw(line: value.line, reason: "show has items of the form: words = formula")
      }
      let formula = try formula(
        Self.trimmed(item[item.index(after: equals)...]), .number, value.line)
      evidence.append(Rule.Evidence(label: Self.trimmed(item[..<equals]), formula: formula))
    }
    return evidence
  }

  private func formula(
    _ text: String, _ form: Formula.Form, _ line: Int
  ) throws(RuleFlaw) -> Formula {
    do throws(FormulaFlaw) {
      return try Formula(text, form)
    } catch {
      throw RuleFlaw(line: line, reason: "\(error)")
    }
  }

  private func required(_ key: String) throws(RuleFlaw) -> Value {
    guard let value = values[key], !value.text.isEmpty else {
      throw RuleFlaw(line: line, reason: "[\(name)] has no \(key)")
    }
    return value
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0.isWhitespace }
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
