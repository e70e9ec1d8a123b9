/// What one check of one object found.
public struct Finding: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable {
    case pass
    /// What is wrong.
    case fail(String)
    /// Why it could not be tried.
    case skip(String)
  }

  /// A short name that stays the same, such as `I14`.
  public let check: String
  /// What must hold.
  public let rule: String
  /// What was looked at.
  public let object: String
  public let outcome: Outcome

  public init(check: String, rule: String, object: String, outcome: Outcome) {
    self.check = check
    self.rule = rule
    self.object = object
    self.outcome = outcome
  }
}

/// Collects findings about one object.
public struct FindingList {
  public let object: String
  public private(set) var findings: [Finding] = []

  public init(object: String) {
    self.object = object
  }

  /// Adds a check that passes where `problems` is empty.
  public mutating func check(_ check: String, _ rule: String, _ problems: [String]) {
    let shown = problems.prefix(3).joined(separator: "; ")
    let more = problems.count > 3 ? " and \(problems.count - 3) more" : ""
    add(check, rule, problems.isEmpty ? .pass : .fail(shown + more))
  }

  /// Adds a check that passes where the condition holds.
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
