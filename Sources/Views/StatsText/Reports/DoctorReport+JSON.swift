import Statistics
internal import StatsFormats
import StatsRules
internal import StatsTree

extension DoctorReport {
  /// Returns a JSON document in the format that `docs/json.md` describes.
  public func json() -> [UInt8] {
    JSONWriter.document { writer in
      writer.key("rules")
      writer.value(UInt64(ruleCount))
      writer.key("sources")
      writer.value(UInt64(examinedCount))
      writer.key("window_seconds")
      writer.value(Double(nanoseconds) / 1e9)
      writer.key("findings")
      writer.array { writer in
        for finding in findings {
          for member in finding.members { write(finding.rule, member, to: &writer) }
        }
      }
      writer.key("cannot_tell")
      writer.array { writer in
        for gap in gaps {
          writer.object { writer in
            writer.member("rule", gap.rule.name)
            writer.texts("missing", gap.missing.map(\.description))
            writer.texts("sources", gap.paths)
          }
        }
      }
    }
  }

  private func write(_ rule: Rule, _ member: DoctorFinding.Member, to writer: inout JSONWriter) {
    let diagnosis = member.diagnosis
    writer.object { writer in
      writer.member("source", member.path)
      writer.member("rule", rule.name)
      writer.member("severity", rule.severity.rawValue)
      writer.member("finding", rule.finding)
      writer.member("condition", rule.condition.text)
      if let interval = diagnosis.interval {
        writer.key("window_seconds")
        writer.value(Double(interval.nominal) / 1e9)
      }
      writer.key("evidence")
      writer.array { writer in
        for (evidence, result) in zip(rule.evidence, diagnosis.evidence) {
          EvidenceJSON(evidence.formula, result, label: evidence.label).write(to: &writer)
        }
      }
      if let neighbours = member.neighbours { write(neighbours, to: &writer) }
      if rule.list == .diagnostics {
        writer.texts("diagnostics", diagnosis.source.diagnostics.map(\.text))
      }
      writer.member("try", rule.remedy)
    }
  }

  private func write(_ neighbours: Neighbours, to writer: inout JSONWriter) {
    writer.key("neighbours")
    writer.object { writer in
      writer.key("cpus")
      writer.array { writer in
        for cpu in neighbours.cpus.sorted() { writer.value(UInt64(cpu)) }
      }
      writer.key("processes")
      writer.array { writer in
        for neighbour in neighbours.all {
          writer.object { writer in
            writer.member("name", neighbour.name)
            writer.key("process")
            writer.value(Int128(neighbour.process))
            writer.key("share")
            writer.value(neighbour.share)
          }
        }
      }
    }
  }
}

/// Writes the value of a formula with its unit, or the reasons why the value is missing.
struct EvidenceJSON {
  private let formula: Formula
  private let result: Result<Measure, MissingValuesError>
  private let label: String?

  init(_ formula: Formula, _ result: Result<Measure, MissingValuesError>, label: String? = nil) {
    self.formula = formula
    self.result = result
    self.label = label
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("formula", formula.text)
      if let label { writer.member("label", label) }
      switch result {
      case .success(let measure):
        writer.key("value")
        writer.value(measure.value)
        writer.member("unit", measure.unit)
      case .failure(let reasons):
        writer.texts("missing", reasons.all.map(\.description))
      }
    }
  }
}
