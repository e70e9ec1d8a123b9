/// The result of one check of one object.
public struct Finding: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable {
    case pass
    /// The rule is violated; the text describes the violation.
    case fail(String)
    /// The check could not run; the text gives the reason.
    case skip(String)
  }

  /// The permanent identifier of the check, such as `I14`.
  public let check: String
  /// The rule that must hold, as a sentence.
  public let rule: String
  /// The checked object.
  public let object: String
  public let outcome: Outcome

  public init(check: String, rule: String, object: String, outcome: Outcome) {
    self.check = check
    self.rule = rule
    self.object = object
    self.outcome = outcome
  }
}

/// Collects the findings about one object.
public struct FindingList {
  public let object: String
  public private(set) var findings: [Finding] = []

  public init(object: String) {
    self.object = object
  }

  /// Adds a check that passes if `problems` is empty; shows at most three problems.
  public mutating func check(_ check: String, _ rule: String, _ problems: [String]) {
    let shown = problems.prefix(3).joined(separator: "; ")
    let more = problems.count > 3 ? " and \(problems.count - 3) more" : ""
    add(check, rule, problems.isEmpty ? .pass : .fail(shown + more))
  }

  /// Adds a check that passes if `holds` is `true`.
  public mutating func check(_ check: String, _ rule: String, _ holds: Bool, _ problem: String) {
    add(check, rule, holds ? .pass : .fail(problem))
  }

  public mutating func skip(_ check: String, _ rule: String, _ reason: String) {
    add(check, rule, .skip(reason))
  }

  private mutating func add(_ check: String, _ rule: String, _ outcome: Finding.Outcome) {
    findings.append(Finding(check: check, rule: rule, object: object, outcome: outcome))
  }
}
