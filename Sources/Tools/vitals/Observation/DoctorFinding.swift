import StatsRules
import StatsTree

/// What one rule says of one thing: a source, or vCPUs of the same VM.
struct DoctorFinding {
  /// A source with its numbers.
  struct Member {
    let path: String
    let diagnosis: RuleReport.Diagnosis
    let neighbours: Neighbours?
  }

  let rule: Rule
  /// The worst first, by the rule's first number.
  let members: [Member]

  /// The findings of an examination: siblings of one rule together, the worst first.
  static func all(
    of diagnoses: [RuleReport.Diagnosis],
    neighbours: (RuleReport.Diagnosis) -> Neighbours?
  ) -> [DoctorFinding] {
    var groups: [(key: String, members: [Member])] = []
    for diagnosis in diagnoses {
      let parent = diagnosis.path.split(separator: "/").dropLast().joined(separator: "/")
      // What is below a VM, a publisher or the host is told with its siblings.
      let above = diagnosis.source.parent?.groups ?? []
      let isPart = parent.contains("/") || above.contains { $0.aggregation == nil }
      let key = "\(diagnosis.rule.name) \(isPart ? parent : diagnosis.path)"
      let member = Member(
        path: diagnosis.path, diagnosis: diagnosis, neighbours: neighbours(diagnosis))
      if let known = groups.firstIndex(where: { $0.key == key }) {
        groups[known].members.append(member)
      } else {
        groups.append((key, [member]))
      }
    }
    let findings = groups.compactMap { group -> DoctorFinding? in
      let members = group.members.enumerated().sorted {
        ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset)
      }.map(\.element)
      guard let rule = members.first?.diagnosis.rule else { return nil }
      return DoctorFinding(rule: rule, members: members)
    }
    // Rules come in their order; of one rule the worst comes first.
    var order: [String: Int] = [:]
    for finding in findings where order[finding.rule.name] == nil {
      order[finding.rule.name] = order.count
    }
    return findings.enumerated().sorted { one, other in
      let first = (order[one.element.rule.name] ?? 0, -one.element.weight, one.offset)
      return first < (order[other.element.rule.name] ?? 0, -other.element.weight, other.offset)
    }.map(\.element)
  }

  private var weight: Double { members.first?.weight ?? 0 }
}

extension DoctorFinding.Member {
  /// The rule's first number.
  fileprivate var weight: Double {
    guard case .success(let measure)? = diagnosis.evidence.first else { return 0 }
    return measure.value
  }
}
