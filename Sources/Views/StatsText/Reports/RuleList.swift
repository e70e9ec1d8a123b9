public import StatsChecks
internal import StatsFormats

/// Writes the rules of checkers as text or JSON, for `vitals check --list-rules`.
public struct RuleList {
  /// The rules of one checker.
  public struct Checker {
    let name: String
    let rules: [(id: String, text: String)]

    /// Creates the list of all rules of a type.
    ///
    /// `name` states what the checker examines.
    public init<Rule: CheckRule>(_ name: String, _ rules: Rule.Type) {
      self.name = name
      self.rules = rules.allCases.map { ($0.id, $0.text) }
    }
  }

  private let checkers: [Checker]

  public init(_ checkers: [Checker]) {
    self.checkers = checkers
  }

  /// The name of each checker, followed by one line per rule.
  ///
  /// A blank line separates checkers.
  public var text: String {
    checkers.map { checker in
      "\(checker.name)\n" + checker.rules.map { "\($0.id)  \($0.text)\n" }.joined()
    }.joined(separator: "\n")
  }

  /// Returns a JSON document in the format that `docs/json.md` describes.
  public func json() -> [UInt8] {
    JSONWriter.document { writer in
      writer.key("rules")
      writer.array { writer in
        for checker in checkers {
          for rule in checker.rules {
            writer.object { writer in
              writer.member("id", rule.id)
              writer.member("checker", checker.name)
              writer.member("text", rule.text)
            }
          }
        }
      }
    }
  }
}
