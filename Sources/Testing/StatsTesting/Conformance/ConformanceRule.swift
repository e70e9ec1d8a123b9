/// A rule and the result of its check.
public struct ConformanceRule: Hashable, Sendable {
  /// The origin of a rule.
  public enum Origin: String, CaseIterable, Hashable, Sendable {
    /// A test of statsfs or of a fork; the rule has the number of the test.
    case test
    /// Behaviour that statsfs promised without a test.
    case promise
    /// A defect of statsfs that Vitals does not have.
    case repair
    /// A feature that was agreed for statsfs and never implemented.
    case planned
  }

  public enum Outcome: Hashable, Sendable {
    case passed
    /// The violations, each as a sentence.
    case violated([String])
    case skipped(reason: String)
  }

  /// A number that is never reused, also in later versions.
  public let number: Int
  public let origin: Origin
  /// The required behaviour, and how it differs from upstream.
  public let title: String
  public let outcome: Outcome
  /// The fields that were omitted because the source cannot keep them.
  public let omitted: [String]

  /// The violations; empty if the rule passed or was skipped.
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
