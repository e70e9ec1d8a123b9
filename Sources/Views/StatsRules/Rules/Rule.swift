public import StatsTree

/// Describes a problem: the condition for a finding, and the evidence and remedy that the finding
/// shows.
public struct Rule: Hashable, Sendable {
  /// The severity of a finding.
  ///
  /// The cases are in descending order.
  public enum Severity: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Guests are slow now.
    case problem
    /// The host spends resources without benefit.
    case waste
    /// A fact that limits the validity of other findings.
    case notice

    public static func < (lhs: Severity, rhs: Severity) -> Bool {
      lhs.rank < rhs.rank
    }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  /// An additional list in a finding.
  public enum List: String, Hashable, Sendable {
    /// The threads that ran on the CPUs of the source.
    case neighbours
    /// The diagnostics of the source.
    case diagnostics
  }

  /// A value that a finding shows as evidence.
  public struct Evidence: Hashable, Sendable {
    /// The label of the value.
    public let label: String
    public let formula: Formula
  }

  public let name: String
  /// The sources to which the rule applies.
  public let scopes: [RuleScope]
  public let severity: Severity
  public let condition: Formula
  public let evidence: [Evidence]
  public let list: List?
  /// The problem, as the predicate of a sentence whose subject is the source.
  public let finding: String
  /// The suggested remedy.
  public let remedy: String
  /// The origin of the threshold in the condition.
  public let reason: String
  /// The line number of the rule in its file.
  public let line: Int

  /// Returns `true` if the rule applies to a source.
  public func applies(to source: Source) -> Bool {
    scopes.contains { $0.contains(source) }
  }
}
