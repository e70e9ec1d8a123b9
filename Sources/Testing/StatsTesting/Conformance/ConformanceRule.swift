/// A rule that was checked, and what came of it.
public struct ConformanceRule: Hashable, Sendable {
  /// Why there is a rule.
  public enum Origin: String, CaseIterable, Hashable, Sendable {
    /// One of the tests that statsfs came with, by its number; or of a fork of it.
    case test
    /// What statsfs promised and no test looked at.
    case promise
    /// What was wrong in statsfs and is right here.
    case repair
    /// What was agreed for statsfs and never made.
    case wish
  }

  public enum Outcome: Hashable, Sendable {
    case passed
    /// What was found, each as a sentence.
    case violated([String])
    case skipped(reason: String)
  }

  /// Never another rule's, also in later versions.
  public let number: Int
  public let origin: Origin
  /// What holds, and where it is not as upstream has it.
  public let title: String
  public let outcome: Outcome
  /// The fields that were left out because the source cannot keep them.
  public let omitted: [String]

  /// What was found; empty where the rule passed or was skipped.
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
