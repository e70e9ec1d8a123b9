public import Statistics
public import StatsTree

/// What rules say of the sources that were sampled.
public struct RuleReport {
  /// A rule that holds for a source.
  public struct Diagnosis {
    public let rule: Rule
    public let source: Source
    public let path: String
    /// The time between the two samples.
    public let interval: Interval?
    /// The numbers of the rule, in its order.
    public let evidence: [Result<Measure, MissingNumbers>]
  }

  /// A rule that cannot be told, of the sources that lack the same numbers.
  public struct Gap {
    public let rule: Rule
    public let missing: [Missing]
    public fileprivate(set) var paths: [String]
  }

  /// The worst first, then in the order of the rules and of the tree.
  public private(set) var diagnoses: [Diagnosis] = []
  public private(set) var gaps: [Gap] = []
  /// How many sources a rule was about.
  public private(set) var examinedCount = 0

  /// Puts every rule to every source that it is about.
  public init(_ book: RuleBook, of subjects: [Subject]) {
    var examined: Set<ObjectIdentifier> = []
    for rule in book.rules.enumerated().sorted(by: {
      ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset)
    }).map(\.element) {
      for subject in subjects where rule.isAbout(subject.path) {
        examined.insert(ObjectIdentifier(subject.source))
        switch subject.answer(rule.condition) {
        case .no: break
        case .yes:
          diagnoses.append(
            Diagnosis(
              rule: rule, source: subject.source, path: subject.path, interval: subject.interval,
              evidence: rule.evidence.map { subject.measure($0.formula) }))
        case .unknown(let missing): note(rule, missing, subject.path)
        }
      }
    }
    examinedCount = examined.count
  }

  private mutating func note(_ rule: Rule, _ missing: [Missing], _ path: String) {
    let known = gaps.firstIndex { $0.rule.name == rule.name && $0.missing == missing }
    if let known {
      gaps[known].paths.append(path)
    } else {
      gaps.append(Gap(rule: rule, missing: missing, paths: [path]))
    }
  }
}
