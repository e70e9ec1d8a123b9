internal import StatsTree

/// The sources that a rule is about: a word such as `vcpu`, or a path with globs, part by part.
public struct RulePlace: Hashable, Sendable {
  /// As it was written.
  public let text: String
  private let parts: [String]

  /// What the words stand for; a path that begins with another name is written out.
  private static let words = [
    "vm": "kvm/*", "vcpu": "kvm/*/vcpu*", "domain": "xen/*", "host": "host", "cpu": "host/cpu*",
    "publisher": "app/*",
  ]

  /// The place of a word or path, or nil where it is neither.
  init?(_ text: String) {
    guard let path = Self.words[text] ?? (text.contains("/") ? text : nil) else { return nil }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    for part in parts {
      guard !part.isEmpty, (try? Pattern(part)) != nil else { return nil }
    }
    self.text = text
    self.parts = parts
  }

  /// Whether a path has as many parts, each of which matches.
  public func contains(_ path: String) -> Bool {
    let names = path.split(separator: "/", omittingEmptySubsequences: false)
    guard names.count == parts.count else { return false }
    return zip(names, parts).allSatisfy { name, part in
      part == "*" || part == name || (try? Pattern(part))?.matches(String(name)) == true
    }
  }

  static var known: String { words.keys.sorted().joined(separator: ", ") }
}
