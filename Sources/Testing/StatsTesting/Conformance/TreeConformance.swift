/// Checks a backing in a tree by the rules of statsfs, and those that it lacked; needs no test
/// library.
///
/// The rules are those that the tests of statsfs state, what it promised without a test, what was
/// wrong in it, and what was agreed but never made. Where the tree differs from it on purpose the
/// rule's title says so. Many rules are the tree's; with a backing of one's own they show that its
/// numbers go all the way.
///
/// ```swift
/// for rule in TreeConformance(MyRecords()).rules() { print(rule) }
/// ```
public struct TreeConformance {
  private let source: any RecordSource

  public init(_ source: any RecordSource) {
    self.source = source
  }

  /// What is wrong, each as a sentence that begins with the rule; empty where all is well.
  public func run() -> [String] {
    rules().flatMap { rule in rule.violations.map { "\(rule.number) \(rule.title): \($0)" } }
  }

  /// Checks every rule, in order: what came of each.
  public func rules() -> [ConformanceRule] {
    var kept: Set<String> = []
    var flaws: [String] = []
    for field in ConformanceField.all {
      do {
        if try source.makeRecords([field]) != nil { kept.insert(field.name) }
      } catch {
        flaws.append("no records of \(field.name): \(error)")
      }
    }
    return Self.all.map { check in
      let stage = RuleStage(source, kept: kept)
      let outcome = stage.run(check, flaws: flaws)
      return ConformanceRule(
        number: check.number, origin: check.origin, title: check.title, outcome: outcome,
        omitted: stage.omitted.sorted())
    }
  }

  /// A rule and how it is checked.
  struct Check {
    let number: Int
    let origin: ConformanceRule.Origin
    let title: String
    let body: (RuleStage) throws -> Void

    init(
      _ number: Int, _ origin: ConformanceRule.Origin, _ title: String,
      _ body: @escaping (RuleStage) throws -> Void
    ) {
      self.number = number
      self.origin = origin
      self.title = title
      self.body = body
    }
  }

  static var all: [Check] {
    let parts = [
      placeTests, valueTests, aggregateTests, foldTests, clearRules, hidingRules, widthRules,
      extremeRules, lifeRules, totalRules, structureRules, wishRules,
    ]
    return parts.flatMap { $0 }.sorted { $0.number < $1.number }
  }
}
