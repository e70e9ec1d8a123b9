/// Checks a backing in a tree by the rules of statsfs; needs no test library.
///
/// statsfs is a file system for statistics that was proposed for the kernel. The rules cover the
/// tests of statsfs, its promises without tests, its defects, and features that were agreed but
/// never implemented. If the tree intentionally differs from statsfs, the title of the rule says
/// so. Many rules concern only the tree; with a custom backing, they show that the values of this
/// backing reach every view.
///
/// ```swift
/// for rule in TreeConformance(MyRecords()).rules() { print(rule) }
/// ```
public struct TreeConformance {
  private let source: any RecordSource

  public init(_ source: any RecordSource) {
    self.source = source
  }

  /// Checks every rule and returns the violations.
  ///
  /// - Returns: The violations, each as a sentence that begins with the rule; empty if there are
  ///   none.
  public func run() -> [String] {
    rules().flatMap { rule in rule.violations.map { "\(rule.number) \(rule.title): \($0)" } }
  }

  /// Checks every rule, in the order of the list, and returns the results.
  public func rules() -> [ConformanceRule] {
    var kept: Set<String> = []
    var errors: [String] = []
    for field in ConformanceField.all {
      do {
        if try source.makeRecords([field]) != nil { kept.insert(field.name) }
      } catch {
        errors.append("cannot make records of \(field.name): \(error)")
      }
    }
    return Self.all.map { check in
      let stage = RuleStage(source, kept: kept)
      let outcome = stage.run(check, errors: errors)
      return ConformanceRule(
        number: check.number, origin: check.origin, title: check.title, outcome: outcome,
        omitted: stage.omitted.sorted())
    }
  }

  /// A rule, and the function that checks it.
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
      placeTests, valueTests, aggregateTests, levelTests, clearRules, hidingRules, widthRules,
      extremeRules, lifetimeRules, totalRules, structureRules, plannedRules,
    ]
    return parts.flatMap { $0 }.sorted { $0.number < $1.number }
  }
}
