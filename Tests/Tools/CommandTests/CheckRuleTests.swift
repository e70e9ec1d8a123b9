import FoundationEssentials
import KVMStats
import KVMStatsFormat
import RRDStats
import SharedTable
import StatsChecks
import StatsFS
import Testing
import XenStats
import XenTable

/// The rules of all checkers, and `vitals check --list-rules`.
@Suite struct CheckRuleTests {
  /// The rules of one checker.
  struct Checker: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let rules: [any CheckRule]
    /// The first letters of the identifiers.
    let letters: String
    let count: Int

    init<Rule: CheckRule>(_ rules: Rule.Type, _ letters: String, _ count: Int) {
      testDescription = "\(rules)"
      self.rules = Array(rules.allCases)
      self.letters = letters
      self.count = count
    }
  }

  private static let checkers = [
    Checker(StatsFileRule.self, "IV", 21), Checker(CalibrationRule.self, "I", 5),
    Checker(TableRule.self, "T", 26), Checker(XenTableRule.self, "X", 26),
    Checker(XenDomainRule.self, "X", 6), Checker(RRDFileRule.self, "R", 13),
    Checker(MountRule.self, "F", 21),
  ]

  @Test("The identifiers of all rules are unique")
  func uniqueIDs() {
    var rules: [String: String] = [:]
    for checker in Self.checkers {
      for rule in checker.rules {
        let other = rules.updateValue(rule.text, forKey: rule.id)
        #expect(other == nil, "\(rule.id) is also '\(other ?? "")'")
      }
    }
  }

  @Test("An identifier is a letter of its checker and a number", arguments: checkers)
  func pattern(checker: Checker) {
    #expect(checker.rules.count == checker.count, "the number of rules")
    for rule in checker.rules {
      let number = Int(rule.id.dropFirst()) ?? 0
      #expect((1...99).contains(number) && rule.id.dropFirst() == "\(number)", "\(rule.id)")
      #expect(rule.id.first.map(checker.letters.contains) == true, "\(rule.id)")
    }
  }

  @Test("A text is a sentence without a final period, unique in its checker", arguments: checkers)
  func texts(checker: Checker) {
    #expect(Set(checker.rules.map(\.text)).count == checker.rules.count)
    for rule in checker.rules {
      #expect(rule.text.split(separator: " ").count >= 3, "\(rule.id): \(rule.text)")
      #expect(rule.text.last?.isLetter == true || rule.text.last?.isNumber == true, "\(rule.id)")
      #expect(rule.text.allSatisfy { $0.isASCII && !$0.isNewline }, "\(rule.id)")
    }
  }

  @Test("--list-rules prints one line for each rule, and a heading for each checker")
  func list() throws {
    let result = try Command.vitals("check", "--list-rules")
    #expect(result.status == 0 && result.errors == "")
    let groups = result.output.split(separator: "\n\n").map { $0.split(separator: "\n") }
    #expect(groups.count == Self.checkers.count)
    for (group, checker) in zip(groups, Self.checkers) {
      #expect(group.dropFirst().elementsEqual(checker.rules.map { "\($0.id)  \($0.text)"[...] }))
      #expect(group.first?.first?.isUppercase == true, "\(group)")
    }
    #expect(result.lines.first == "KVM binary statistics")
  }

  @Test("The JSON document of --list-rules has the rules of the text in the same order")
  func json() throws {
    struct Document: Decodable {
      struct Rule: Decodable {
        let id: String
        let checker: String
        let text: String
      }
      let version: Int
      let rules: [Rule]
    }
    let result = try Command.vitals("check", "--list-rules", "--format", "json")
    #expect(result.status == 0)
    let document = try JSONDecoder().decode(Document.self, from: Data(result.output.utf8))
    #expect(document.version == 1)
    let rules = Self.checkers.flatMap(\.rules)
    #expect(document.rules.map(\.id) == rules.map { $0.id })
    #expect(document.rules.map(\.text) == rules.map { $0.text })
    #expect(Set(document.rules.map(\.checker)).count == Self.checkers.count)
    #expect(document.rules.first?.checker == "KVM binary statistics")
  }
}
