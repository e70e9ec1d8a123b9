/// A rule for backings and trees, and the result of its check.
public struct ConformanceRule: Hashable, Sendable {
  /// Tells where a rule comes from.
  public enum Origin: String, CaseIterable, Hashable, Sendable {
    /// A test of statsfs or of a fork of statsfs; the rule has the same number as the test.
    case test
    /// Behaviour that statsfs promised and that no test of statsfs checks.
    case promise
    /// A defect of statsfs that Vitals does not have.
    case repair
    /// A feature that was agreed for statsfs and was never implemented.
    case planned
  }

  public enum Outcome: Hashable, Sendable {
    case passed
    /// The rule was violated; each violation is a sentence.
    case violated([String])
    case skipped(reason: String)
  }

  /// The number of the rule; later versions never use it for another rule.
  public let number: Int
  public let origin: Origin
  /// The required behaviour, and how it differs from upstream (statsfs).
  public let title: String
  public let outcome: Outcome
  /// The names of the fields that were omitted because the source cannot keep them.
  public let omitted: [String]

  /// The violations; empty if the rule was passed or skipped.
  public var violations: [String] {
    if case .violated(let found) = outcome { found } else { [] }
  }
}

extension ConformanceRule: CustomStringConvertible {
  public var description: String {
    let name = "\(number) \(title)"
    let rest = omitted.isEmpty ? "" : " (without \(omitted.joined(separator: ", ")))"
    return switch outcome {
    case .passed: "passed   \(name)\(rest)"
    case .violated(let found): "violated \(name)\(rest): \(found.joined(separator: "; "))"
    case .skipped(let reason): "skipped  \(name): \(reason)"
    }
  }
}
