public import StatsKnowledge

/// Holds the rules from one or more rules files, in the order of the files.
public struct RuleBook: Sendable {
  public private(set) var rules: [Rule] = []

  public init() {}

  /// Parses a rules file; `docs/doctor.md` describes the format.
  public init(parsing text: String) throws(SectionFileError) {
    for section in try SectionFile(parsing: text, keys: Rule.keys).sections {
      if let first = rules.first(where: { $0.name == section.name }) {
        throw SectionFileError(
          line: section.line,
          reason: "duplicate rule [\(section.name)]; first defined in line \(first.line)")
      }
      rules.append(try Rule(section))
    }
  }

  /// Adds the rules of another book.
  ///
  /// An added rule replaces an existing rule with the same name.
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
