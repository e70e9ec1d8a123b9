import LinuxSystem
import Statistics
import StatsRules
import TestSupport
import Testing

@Suite("Rules with recorded hosts")
struct RuleCaseTests {
  @Test("A host has exactly the expected findings", arguments: try RuleCase.all())
  func found(ruleCase: RuleCase) throws {
    let host = try ruleCase.host()
    let report = RuleReport(.builtIn, of: host.subjects)
    let found = report.diagnoses.map { "\($0.rule.name) \($0.path)" }
    #expect(Set(found) == ruleCase.found)
    let undecided = Set(report.gaps.flatMap { gap in gap.paths.map { "\(gap.rule.name) \($0)" } })
    #expect(undecided.isSuperset(of: ruleCase.undecided), "\(undecided)")
    #expect(undecided.isDisjoint(with: found))
  }

  @Test("Every rule has a case")
  func covered() throws {
    let found = try RuleCase.all().flatMap(\.found).compactMap { $0.split(separator: " ").first }
    for rule in RuleBook.builtIn.rules {
      #expect(found.contains { $0 == rule.name }, "no case for \(rule.name)")
    }
  }

  @Test("Every rule is documented")
  func documented() throws {
    let text = try readText("\(Repository.root)/docs/doctor.md")
    for rule in RuleBook.builtIn.rules {
      #expect(text.contains("| `\(rule.name)` |"), "no line for \(rule.name)")
    }
  }

  @Test("Every formula matches the schemas of a kernel")
  func fits() throws {
    let schemas =
      try ["kvm", "sched", "cgroup", "time", "xen", "runstate"].map {
        try RuleCase.schema($0, of: "kvm/a/vcpu0")
      }
      + [RuleCase.schema("kvm", of: "kvm/a"), RuleCase.schema("xen", of: "xen/a")]
      + [Schema(packing: [Statistic("throttled_time", .cumulative, unit: .seconds, scale: .nano)])]
    for rule in RuleBook.builtIn.rules {
      try rule.condition.check(against: schemas)
      for evidence in rule.evidence { try evidence.formula.check(against: schemas) }
    }
  }
}
