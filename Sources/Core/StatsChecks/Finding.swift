/// The result of checking one object against one rule.
public struct Finding: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable {
    case pass
    /// The rule is violated; the text describes the violation.
    case fail(String)
    /// The check could not run; the text gives the reason.
    case skip(String)
  }

  /// The permanent identifier of the rule, such as `T5`.
  public let check: String
  /// The text of the rule: the condition that must hold.
  public let rule: String
  /// The checked object.
  public let object: String
  public let outcome: Outcome

  public init(_ rule: some CheckRule, object: String, outcome: Outcome) {
    check = rule.id
    self.rule = rule.text
    self.object = object
    self.outcome = outcome
  }
}
