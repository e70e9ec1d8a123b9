public import Statistics
public import StatsTree

/// The result of applying rules to sampled sources.
public struct RuleReport {
  /// A rule whose condition holds for a source.
  public struct Diagnosis {
    public let rule: Rule
    public let source: Source
    public let path: String
    /// The interval between the two samples.
    public let interval: Interval?
    /// The values that the finding shows as evidence, in the order of the rule.
    public let evidence: [Result<Measure, MissingValuesError>]
  }

  /// A rule whose condition is unknown for some sources, because the same values are missing for
  /// each of these sources.
  public struct Gap {
    public let rule: Rule
    public let missing: [MissingValue]
    public fileprivate(set) var paths: [String]
  }

  /// The diagnoses, sorted by severity, then by the order of the rules, then by the order of the
  /// tree.
  public private(set) var diagnoses: [Diagnosis] = []
  public private(set) var gaps: [Gap] = []
  /// The number of sources to which at least one rule applies.
  public private(set) var examinedCount = 0

  /// Applies every rule to the sources in its scope.
  public init(_ book: RuleBook, of subjects: [Subject]) {
    var examined: Set<ObjectIdentifier> = []
    for rule in book.rules.enumerated().sorted(by: {
      ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset)
    }).map(\.element) {
      for subject in subjects where rule.applies(to: subject.source) {
        examined.insert(ObjectIdentifier(subject.source))
        switch subject.answer(rule.condition) {
        case .no: break
        case .yes:
          diagnoses.append(
            Diagnosis(
              rule: rule, source: subject.source, path: subject.path, interval: subject.interval,
              evidence: rule.evidence.map { subject.measure($0.formula) }))
        case .unknown(let missing): addGap(rule, missing, subject.path)
        }
      }
    }
    examinedCount = examined.count
  }

  private mutating func addGap(_ rule: Rule, _ missing: [MissingValue], _ path: String) {
    let known = gaps.firstIndex { $0.rule.name == rule.name && $0.missing == missing }
    if let known {
      gaps[known].paths.append(path)
    } else {
      gaps.append(Gap(rule: rule, missing: missing, paths: [path]))
    }
  }
}
