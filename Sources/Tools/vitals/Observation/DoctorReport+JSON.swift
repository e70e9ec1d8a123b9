import Statistics
import StatsFormats
import StatsRules
import StatsTree

extension DoctorReport {
  /// The same for programs: one object.
  func json() throws -> String {
    try JSONText.of(
      Document(
        cannotTell: gaps.map { gap in
          GapEntry(
            missing: gap.missing.map(\.description), rule: gap.rule.name, sources: gap.paths)
        },
        findings: findings.flatMap { finding in
          finding.members.map { FindingEntry(finding.rule, $0) }
        },
        rules: ruleCount, sources: examinedCount, windowSeconds: Double(nanoseconds) / 1e9))
  }

  private struct Document: Encodable {
    enum CodingKeys: String, CodingKey {
      case cannotTell = "cannot_tell"
      case findings
      case rules
      case sources
      case windowSeconds = "window_seconds"
    }

    let cannotTell: [GapEntry]
    let findings: [FindingEntry]
    let rules: Int
    let sources: Int
    let windowSeconds: Double
  }

  private struct GapEntry: Encodable {
    let missing: [String]
    let rule: String
    let sources: [String]
  }

  private struct FindingEntry: Encodable {
    enum CodingKeys: String, CodingKey {
      case condition
      case evidence
      case finding
      case neighbours
      case remarks
      case remedy = "try"
      case rule
      case severity
      case source
      case windowSeconds = "window_seconds"
    }

    let condition: String
    let evidence: [EvidenceEntry]
    let finding: String
    let neighbours: NeighbourList?
    let remarks: [String]?
    let remedy: String
    let rule: String
    let severity: String
    let source: String
    let windowSeconds: Double?

    init(_ rule: Rule, _ member: DoctorFinding.Member) {
      condition = rule.condition.text
      evidence = zip(rule.evidence, member.diagnosis.evidence).map { EvidenceEntry($0, $1) }
      finding = rule.finding
      neighbours = member.neighbours.map { NeighbourList($0) }
      remarks = rule.list == .remarks ? member.diagnosis.source.remarks : nil
      remedy = rule.remedy
      self.rule = rule.name
      severity = rule.severity.rawValue
      source = member.path
      windowSeconds = member.diagnosis.interval.map { Double($0.nominal) / 1e9 }
    }
  }

  /// A number with its unit, or why it is not there.
  struct EvidenceEntry: Encodable {
    let formula: String
    let label: String?
    let missing: [String]?
    let unit: String?
    let value: Double?

    init(_ evidence: Rule.Evidence, _ result: Result<Measure, MissingNumbers>) {
      self.init(label: evidence.label, evidence.formula, result)
    }

    init(label: String? = nil, _ formula: Formula, _ result: Result<Measure, MissingNumbers>) {
      self.formula = formula.text
      self.label = label
      switch result {
      case .success(let measure):
        missing = nil
        unit = measure.unit
        value = measure.value
      case .failure(let reasons):
        missing = reasons.all.map(\.description)
        unit = nil
        value = nil
      }
    }
  }

  private struct NeighbourList: Encodable {
    struct Entry: Encodable {
      let name: String
      let process: Int32
      let share: Double
    }

    let cpus: [Int]
    let processes: [Entry]

    init(_ neighbours: Neighbours) {
      cpus = neighbours.cpus.sorted()
      processes = neighbours.all.map {
        Entry(name: $0.name, process: $0.process, share: $0.share)
      }
    }
  }
}
