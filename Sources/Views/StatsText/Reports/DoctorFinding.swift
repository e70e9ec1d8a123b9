public import StatsRules
internal import StatsTree

/// One rule whose condition holds for a source, or for several siblings, such as the vCPUs of one
/// VM.
public struct DoctorFinding {
  /// A source for which the condition holds, with the evidence.
  public struct Member {
    public let path: String
    let diagnosis: RuleReport.Diagnosis
    let neighbours: Neighbours?
  }

  public let rule: Rule
  /// The sources, sorted by the first value of the rule's evidence, the largest value first.
  public let members: [Member]

  /// Combines the diagnoses of one rule for siblings (sources with the same parent) into one
  /// finding.
  ///
  /// - Returns: the findings in the order of the rules. The findings of one rule are sorted by the
  ///   first value of the evidence, the largest value first.
  public static func all(
    of diagnoses: [RuleReport.Diagnosis],
    neighbours: (RuleReport.Diagnosis) -> Neighbours?
  ) -> [DoctorFinding] {
    var groups: [(key: String, members: [Member])] = []
    for diagnosis in diagnoses {
      let parent = diagnosis.path.split(separator: "/").dropLast().joined(separator: "/")
      // A source below a VM, a publisher or the host is combined with its siblings.
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
    var order: [String: Int] = [:]
    for finding in findings where order[finding.rule.name] == nil {
      order[finding.rule.name] = order.count
    }
    return findings.enumerated().sorted { lhs, rhs in
      let first = (order[lhs.element.rule.name] ?? 0, -lhs.element.weight, lhs.offset)
      return first < (order[rhs.element.rule.name] ?? 0, -rhs.element.weight, rhs.offset)
    }.map(\.element)
  }

  private var weight: Double { members.first?.weight ?? 0 }
}

extension DoctorFinding.Member {
  /// The first value of the rule's evidence; 0 if the value is missing.
  fileprivate var weight: Double {
    guard case .success(let measure)? = diagnosis.evidence.first else { return 0 }
    return measure.value
  }
}
