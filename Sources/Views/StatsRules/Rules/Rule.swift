/// When something is worth telling of a source, with what numbers, and what to do.
public struct Rule: Hashable, Sendable {
  /// How bad it is; the worst first.
  public enum Severity: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Guests are slowed down now.
    case problem
    /// The host works for nothing.
    case waste
    /// Something to know before the rest is believed.
    case notice

    public static func < (one: Severity, other: Severity) -> Bool {
      one.rank < other.rank
    }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  /// What a finding lists beside its numbers.
  public enum List: String, Hashable, Sendable {
    /// Who ran on the CPUs that the source may use.
    case neighbours
    /// Why numbers of the source cannot be had.
    case remarks
  }

  /// A number that is shown as evidence.
  public struct Evidence: Hashable, Sendable {
    /// What it is, in words.
    public let label: String
    public let formula: Formula
  }

  public let name: String
  public let places: [RulePlace]
  public let severity: Severity
  public let condition: Formula
  public let evidence: [Evidence]
  public let list: List?
  /// What is wrong, as the rest of a sentence that begins with the source.
  public let finding: String
  /// What to try.
  public let remedy: String
  /// Where the threshold comes from.
  public let reason: String
  /// The line at which it begins in its file.
  public let line: Int

  /// Whether it is about the source with a path.
  public func isAbout(_ path: String) -> Bool {
    places.contains { $0.contains(path) }
  }
}
