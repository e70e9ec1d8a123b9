/// Collects the findings of one checker about one object.
public struct FindingList<Rule: CheckRule> {
  public let object: String
  public private(set) var findings: [Finding] = []

  public init(object: String) {
    self.object = object
  }

  /// Adds a finding.
  ///
  /// The finding passes if `problems` is empty. Otherwise the finding fails, and its text contains
  /// at most three of the problems.
  public mutating func check(_ rule: Rule, _ problems: [String]) {
    let shown = problems.prefix(3).joined(separator: "; ")
    let more = problems.count > 3 ? " and \(problems.count - 3) more" : ""
    add(rule, problems.isEmpty ? .pass : .fail(shown + more))
  }

  /// Adds a finding that passes if `holds` is `true`, and otherwise fails with the text `problem`.
  public mutating func check(_ rule: Rule, _ holds: Bool, _ problem: String) {
    add(rule, holds ? .pass : .fail(problem))
  }

  /// Adds a finding for a rule that could not be checked.
  public mutating func skip(_ rule: Rule, _ reason: String) {
    add(rule, .skip(reason))
  }

  private mutating func add(_ rule: Rule, _ outcome: Finding.Outcome) {
    findings.append(Finding(rule, object: object, outcome: outcome))
  }
}
