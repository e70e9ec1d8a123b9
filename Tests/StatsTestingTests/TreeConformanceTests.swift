import StatsTesting
import Testing

@Suite struct TreeConformanceTests {
  private func numbers(
    _ rules: [ConformanceRule], where isIncluded: (ConformanceRule.Outcome) -> Bool
  ) -> [Int] {
    rules.filter { isIncluded($0.outcome) }.map(\.number)
  }

  private func isSkipped(_ outcome: ConformanceRule.Outcome) -> Bool {
    if case .skipped = outcome { true } else { false }
  }

  @Test("Records of a program's memory conform, all rules but one checked")
  func bytes() {
    let rules = TreeConformance(BytesSource()).rules()
    #expect(rules.flatMap(\.violations) == [])
    #expect(numbers(rules, where: isSkipped) == [24], "they can be cleared")
    #expect(rules.flatMap(\.omitted) == [])
  }

  @Test("Records that cannot be cleared conform, too")
  func fixed() {
    let rules = TreeConformance(BytesSource(isClearable: false)).rules()
    #expect(rules.flatMap(\.violations) == [])
    #expect(numbers(rules, where: isSkipped) == [21, 22])
  }

  @Test("The backing in memory conforms")
  func inMemory() {
    let rules = TreeConformance(InMemorySource()).rules()
    #expect(rules.flatMap(\.violations) == [])
    #expect(numbers(rules, where: isSkipped) == [21, 22])
  }

  @Test("What a source cannot keep is left out and said, rules without anything left are skipped")
  func lacking() {
    let all = TreeConformance(InMemorySource(lacks: ["s32", "status", "bo"])).rules()
    #expect(all.flatMap(\.violations) == [])
    #expect(numbers(all, where: isSkipped) == [12, 21, 22, 31, 61, 62])
    let fifth = all.first { $0.number == 5 }
    #expect(fifth?.omitted == ["bo", "s32"])
    #expect(fifth?.description.hasSuffix("(without bo, s32)") == true)
    let none = TreeConformance(
      InMemorySource(lacks: [
        "u64", "s32", "bo", "u8", "s16", "u16", "u32", "s8", "s64", "level", "status",
      ])
    ).rules()
    let others = numbers(none) { !isSkipped($0) }
    #expect(others == [1, 2, 20, 45, 46], "the tree's own")
  }

  @Test("Each test of statsfs is a rule of its own, and no number stands twice")
  func list() {
    let rules = TreeConformance(InMemorySource()).rules()
    #expect(rules.map(\.number) == rules.map(\.number).sorted())
    #expect(Set(rules.map(\.number)).count == rules.count)
    #expect(Set(rules.map(\.title)).count == rules.count)
    let tests = rules.filter { $0.origin == .test }.map(\.number)
    #expect(tests == Array(1...20))
    #expect(Set(rules.map(\.origin)) == Set(ConformanceRule.Origin.allCases))
  }
}
