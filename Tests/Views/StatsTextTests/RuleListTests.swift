import StatsChecks
import StatsText
import Testing

@Suite("The list of the rules of checkers")
struct RuleListTests {
  private enum BlockRule: String, CheckRule {
    case uniqueIDs = "B1"
    case quotedNames = "B2"

    var text: String {
      switch self {
      case .uniqueIDs: "block ids are unique"
      case .quotedNames: "a name is in \"quotes\""
      }
    }
  }

  private enum LoneRule: CheckRule {
    case isEven

    var id: String { "L7" }
    var text: String { "the size is even" }
  }

  private let list = RuleList([
    RuleList.Checker("Blocks", BlockRule.self), RuleList.Checker("Sizes", LoneRule.self),
  ])

  @Test("The text has the name of each checker above its rules, in their order")
  func text() {
    #expect(
      list.text == """
        Blocks
        B1  block ids are unique
        B2  a name is in "quotes"

        Sizes
        L7  the size is even

        """)
  }

  @Test("The JSON document has an object for each rule")
  func json() {
    #expect(
      String(decoding: list.json(), as: UTF8.self)
        == #"{"version":1,"rules":[{"id":"B1","checker":"Blocks","text":"block ids are unique"},"#
        + #"{"id":"B2","checker":"Blocks","text":"a name is in \"quotes\""},"#
        + #"{"id":"L7","checker":"Sizes","text":"the size is even"}]}"# + "\n")
  }
}
