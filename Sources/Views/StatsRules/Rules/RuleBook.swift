public import StatsKnowledge

/// Rules in the order of their file: data, never code.
public struct RuleBook: Sendable {
  public private(set) var rules: [Rule] = []

  public init() {}

  /// Reads the text of a rules file; `docs/doctor.md` describes the form.
  public init(parsing text: String) throws(SectionFileError) {
    for section in try SectionFile(parsing: text, keys: Rule.keys).sections {
      if let twin = rules.first(where: { $0.name == section.name }) {
        throw SectionFileError(
          line: section.line,
          reason: "duplicate rule [\(section.name)]; the first is in line \(twin.line)")
      }
      rules.append(try Rule(section))
    }
  }

  /// Adds the rules of another book; one of the same name takes the place of this book's.
  public mutating func add(_ other: RuleBook) {
    for rule in other.rules {
      if let index = rules.firstIndex(where: { $0.name == rule.name }) {
        rules[index] = rule
      } else {
        rules.append(rule)
      }
    }
  }
}
