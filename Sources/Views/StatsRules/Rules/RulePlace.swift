internal import StatsTree

/// The sources that a rule is about: a word such as `vcpu`, or a path with globs, part by part.
public struct RulePlace: Hashable, Sendable {
  /// As it was written.
  public let text: String
  private let parts: [Part]
  /// What has the form of the others and is none of them.
  private let exception: String?

  /// One part of the path.
  private struct Part: Hashable, Sendable {
    let text: String
    /// Nil for a name without globs.
    let pattern: Pattern?

    init?(_ text: String) {
      guard !text.isEmpty, let pattern = try? Pattern(text) else { return nil }
      self.text = text
      self.pattern = text.contains { "*?[".contains($0) } ? pattern : nil
    }

    func takes(_ name: Substring) -> Bool {
      text == "*" || pattern?.matches(String(name)) ?? (text == name)
    }

    static func == (one: Part, other: Part) -> Bool { one.text == other.text }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }
  }

  /// What the words stand for; a path that begins with another name is written out.
  private static let words = [
    "vm": "kvm/*", "vcpu": "kvm/*/vcpu*", "domain": "xen/*", "host": "host", "cpu": "host/cpu*",
    "publisher": "app/*",
  ]
  private static let exceptions = ["domain": "xen/host"]

  /// The place of a word or path, or nil where it is neither.
  init?(_ text: String) {
    guard let path = Self.words[text] ?? (text.contains("/") ? text : nil) else { return nil }
    let names = path.split(separator: "/", omittingEmptySubsequences: false)
    let parts = names.compactMap { Part(String($0)) }
    guard parts.count == names.count else { return nil }
    self.text = text
    self.parts = parts
    exception = Self.exceptions[text]
  }

  /// Whether a path has as many parts, each of which matches.
  public func contains(_ path: String) -> Bool {
    let names = path.split(separator: "/", omittingEmptySubsequences: false)
    guard names.count == parts.count, path != exception else { return false }
    return zip(parts, names).allSatisfy { $0.takes($1) }
  }

  static var known: String { words.keys.sorted().joined(separator: ", ") }
}
