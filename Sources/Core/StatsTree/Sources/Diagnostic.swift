/// Tells why data of a source is missing or might be incomplete, and the remedy if there is one.
public struct Diagnostic: Hashable, Sendable {
  /// The subject of a diagnostic; an input clears all diagnostics of a topic before it tries again.
  public struct Topic: Hashable, Sendable, RawRepresentable, ExpressibleByStringLiteral {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public init(stringLiteral value: String) { rawValue = value }
  }

  public enum Severity: Hashable, Sendable {
    /// A better access method is unavailable; all values are still present.
    case information
    /// Values are missing.
    case warning
  }

  public let topic: Topic
  /// One sentence for the user, without the source's path.
  public let text: String
  public let severity: Severity
  /// Whether it is possible that sources exist which the input could not discover.
  public let isDiscoveryIncomplete: Bool

  public init(
    _ topic: Topic, _ text: String, severity: Severity = .warning,
    isDiscoveryIncomplete: Bool = false
  ) {
    self.topic = topic
    self.text = text
    self.severity = severity
    self.isDiscoveryIncomplete = isDiscoveryIncomplete
  }
}

extension Diagnostic.Topic {
  /// The topic of a notice that there are more diagnostics than a source keeps.
  static let overflow: Self = "overflow"
}

extension Source {
  /// The maximum number of diagnostics of one source; one notice replaces all later ones.
  public static let maximumDiagnostics = 16

  /// The diagnostics, oldest first.
  public var diagnostics: [Diagnostic] {
    get { state.locked { facts?.diagnostics ?? [] } }
    set {
      state.locked { if facts != nil || !newValue.isEmpty { ownFacts.diagnostics = newValue } }
    }
  }

  /// Adds a diagnostic if the source has no equal one.
  public func add(_ diagnostic: Diagnostic) {
    state.locked {
      let facts = ownFacts
      let count = facts.diagnostics.count
      guard count <= Self.maximumDiagnostics, !facts.diagnostics.contains(diagnostic) else {
        return
      }
      facts.diagnostics.append(
        count < Self.maximumDiagnostics
          ? diagnostic : Diagnostic(.overflow, "more diagnostics exist than are shown"))
    }
  }

  /// Adds a warning if the source has no equal one.
  public func diagnose(
    _ topic: Diagnostic.Topic, _ text: String, isDiscoveryIncomplete: Bool = false
  ) {
    add(Diagnostic(topic, text, isDiscoveryIncomplete: isDiscoveryIncomplete))
  }

  /// Removes all diagnostics of a topic.
  public func clearDiagnostics(_ topic: Diagnostic.Topic) {
    state.locked {
      // Remove the notice that more diagnostics exist only together with a diagnostic, because only
      // then there is room for a new diagnostic.
      guard let facts, facts.diagnostics.contains(where: { $0.topic == topic }) else { return }
      facts.diagnostics.removeAll { $0.topic == topic || $0.topic == .overflow }
    }
  }
}
