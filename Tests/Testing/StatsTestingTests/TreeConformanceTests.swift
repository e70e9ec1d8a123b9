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

  @Test("Records of a program's memory conform, and all rules but one are checked")
  func bytes() {
    let rules = TreeConformance(BytesSource()).rules()
    #expect(rules.flatMap(\.violations) == [])
    #expect(numbers(rules, where: isSkipped) == [24], "they can be cleared")
    #expect(rules.flatMap(\.omitted) == [])
  }

  @Test("Records that cannot be cleared conform")
  func fixed() {
    let rules = TreeConformance(BytesSource(isClearable: false)).rules()
    #expect(rules.flatMap(\.violations) == [])
    #expect(numbers(rules, where: isSkipped) == [21, 22])
  }

  @Test("InMemoryBacking conforms")
  func inMemory() {
    let rules = TreeConformance(InMemorySource()).rules()
    #expect(rules.flatMap(\.violations) == [])
    #expect(numbers(rules, where: isSkipped) == [21, 22])
  }

  @Test("Fields that a source cannot keep are listed as omitted; a rule without fields is skipped")
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

  @Test("Each test of statsfs is a rule, and no number occurs twice")
  func list() {
    let rules = TreeConformance(InMemorySource()).rules()
    #expect(rules.map(\.number) == rules.map(\.number).sorted())
    #expect(Set(rules.map(\.number)).count == rules.count)
    #expect(Set(rules.map(\.title)).count == rules.count)
    let tests = rules.filter { $0.origin == .test }.map(\.number)
    #expect(tests == Array(1...20))
    #expect(Set(rules.map(\.origin)) == Set(ConformanceRule.Origin.allCases))
  }

  @Test("Each fault violates the expected rules; a backing without faults violates none")
  func faults() {
    var broken: Set<Int> = []
    for fault in Fault.allCases {
      let source = FaultySource(fault: fault, isClearable: fault != .clearsAndRefuses)
      let rules = TreeConformance(source).rules()
      let numbers = rules.filter { !$0.violations.isEmpty }.map(\.number)
      let expected = fault.rules
      #expect(numbers.isEmpty == expected.isEmpty, "\(fault): \(numbers)")
      #expect(Set(expected).isSubset(of: numbers), "\(fault): \(numbers)")
      if !fault.isOfSchema { broken.formUnion(numbers) }
    }
    // No backing can violate these rules: they concern the tree alone.
    let rules = TreeConformance(InMemorySource()).rules()
    let unbroken = rules.map(\.number).filter { !broken.contains($0) }
    #expect(unbroken == [1, 2, 3, 7, 8, 9, 10, 11, 13, 20, 32, 35, 45, 46, 47, 65])
  }

  @Test("A violation is a sentence that begins with the rule")
  func sentences() {
    let found = TreeConformance(FaultySource(fault: .losesSign)).run()
    #expect(
      found.contains {
        $0.hasPrefix("30 Signed values")
          && $0.contains("s8 of s1 is 128, not 18446744073709551488")
      }, "\(found)")
  }
}

extension Fault {
  /// The rules that the fault must violate, among others.
  fileprivate var rules: [Int] {
    switch self {
    case .none: []
    case .losesSign: [5, 6, 12, 14, 15, 16, 18, 30, 33]
    case .keepsLow32Bits: [29, 34]
    case .swapsFields: [5, 14, 29, 30, 38]
    case .readsBytes: [5, 31]
    case .readsLastOfName: [12]
    case .readsFirstRecord: [15, 16, 17, 19, 38, 43, 61, 62, 63, 64, 67]
    case .readsOnce: [25, 26, 38, 44]
    case .givesTokensAgain: [42]
    case .endsInZeros, .endsInExtremes, .neverEnds, .endsNeighbours: [41]
    case .isSilent: [4, 5, 15, 18, 27, 28, 36, 37, 41, 48, 49, 66]
    case .clearsNothing, .clearsAllRecords, .clearsAllFields: [21, 22]
    case .clearsLevels: [23]
    case .clearsAndRefuses: [24]
    case .cutsNames: [36]
    case .losesKinds: [15, 21, 43, 61]
    case .losesUnits: [31, 62]
    case .fallsBack: [43, 44, 50, 51]
    case .refusesRecords: [3, 5, 15, 65]
    case .refusesChanges: [25, 26, 38, 44]
    }
  }

  /// Whether the fault prevents records with the requested schema.
  fileprivate var isOfSchema: Bool {
    switch self {
    case .losesKinds, .losesUnits, .cutsNames, .refusesRecords: true
    default: false
    }
  }
}
