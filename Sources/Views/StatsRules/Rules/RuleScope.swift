internal import StatsTree

/// Selects the sources to which a rule applies: by a role such as `vcpu`, or by a path whose parts
/// can be globs.
public struct RuleScope: Hashable, Sendable {
  /// The scope as written in the rules file.
  public let text: String
  private let form: Form

  private enum Form: Hashable, Sendable {
    /// The sources with a role. If `parent` is not `nil`, the parent of the source must have this
    /// role.
    case role(SourceRole, parent: SourceRole?)
    case path([Part])
  }

  /// One part of a path.
  private struct Part: Hashable, Sendable {
    let text: String
    /// The pattern; `nil` for a name without globs.
    let pattern: Pattern?

    init?(_ text: String) {
      guard !text.isEmpty, let pattern = try? Pattern(text) else { return nil }
      self.text = text
      self.pattern = text.contains { "*?[".contains($0) } ? pattern : nil
    }

    func matches(_ name: Substring) -> Bool {
      text == "*" || pattern?.matches(String(name)) ?? (text == name)
    }

    static func == (lhs: Part, rhs: Part) -> Bool { lhs.text == rhs.text }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }
  }

  private static let words: [String: Form] = [
    "vm": .role(.vm, parent: nil), "vcpu": .role(.vcpu, parent: .vm),
    "domain": .role(.domain, parent: nil), "domain-vcpu": .role(.vcpu, parent: .domain),
    "host": .role(.host, parent: nil), "cpu": .role(.cpu, parent: nil),
    "publisher": .role(.publisher, parent: nil),
    "published": .role(.published, parent: .publisher),
  ]

  /// Parses the word for a role, or a path with at least one slash.
  ///
  /// Returns `nil` for any other text.
  init?(_ text: String) {
    self.text = text
    if let form = Self.words[text] {
      self.form = form
      return
    }
    guard text.contains("/") else { return nil }
    let names = text.split(separator: "/", omittingEmptySubsequences: false)
    let parts = names.compactMap { Part(String($0)) }
    guard parts.count == names.count else { return nil }
    form = .path(parts)
  }

  /// Returns `true` if a source has the role, or if every part of its path matches.
  func contains(_ source: Source) -> Bool {
    switch form {
    case .role(let role, let parent):
      source.role == role && (parent == nil || source.parent?.role == parent)
    case .path(let parts):
      Self.matches(parts, source.path)
    }
  }

  private static func matches(_ parts: [Part], _ path: String) -> Bool {
    let names = path.split(separator: "/", omittingEmptySubsequences: false)
    return names.count == parts.count && zip(parts, names).allSatisfy { $0.matches($1) }
  }

  /// The words for roles, for error messages.
  static var known: String { words.keys.sorted().joined(separator: ", ") }
}
