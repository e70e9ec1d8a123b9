import HostStats
import LinuxSystem
import Statistics
import StatsRules
import StatsTesting
import StatsTree
import Testing

/// A host as it was in two seconds, and the rules that hold for it.
struct RuleCase: CustomTestStringConvertible {
  let name: String
  /// `rule source`, each of which must be found, and nothing else.
  var found: Set<String> = []
  /// `rule source` that must be a "cannot tell".
  var untold: Set<String> = []
  var groups: [(path: String, name: String, growth: [String: UInt64], status: Status)] = []

  var testDescription: String { name }

  /// The cases of the file, whose first lines describe the form.
  static func all(file: String = #filePath) throws -> [RuleCase] {
    let directory = file[..<(file.lastIndex(of: "/") ?? file.startIndex)]
    var cases: [RuleCase] = []
    for line in try readText("\(directory)/Cases/doctor.cases").split(separator: "\n") {
      if line.first == "#" { continue }
      if line.first == "[" {
        cases.append(RuleCase(name: String(line.dropFirst().dropLast())))
        continue
      }
      guard !cases.isEmpty else { throw CaseFlaw("no [name] before: \(line)") }
      try cases[cases.count - 1].add(line.split(separator: " ").map(String.init))
    }
    return cases
  }

  private mutating func add(_ words: [String]) throws {
    switch words[0] {
    case "found": found.insert(words.dropFirst().joined(separator: " "))
    case "untold": untold.insert(words.dropFirst().joined(separator: " "))
    default:
      var growth: [String: UInt64] = [:]
      var status = Status.up
      for word in words.dropFirst(2) {
        let parts = word.split(separator: "=")
        if word == "denied" { status = .denied(code: 1) }
        if word == "stale" { status = .stale(since: 1) }
        guard parts.count == 2 else { continue }
        guard let amount = UInt64(parts[1].replacing("_", with: "")) else {
          throw CaseFlaw("no number: \(word)")
        }
        growth[String(parts[0])] = amount
      }
      groups.append((words[0], words[1], growth, status))
    }
  }
}

@Suite("Each rule on the cases that were recorded")
struct RuleCaseTests {
  private static func schema(_ group: String, of path: String) throws -> Schema {
    switch group {
    case "kvm":
      return try path.contains("/vcpu") ? SampleSchemas.processor() : SampleSchemas.machine()
    case "sched": return ThreadSchedule.schema
    case "time":
      return Schema(
        packing: ["user", "idle", "steal"].map {
          Statistic($0, .cumulative, unit: .seconds, scale: Scale(base: .ten, exponent: -2))
        })
    case "cgroup":
      return Schema(packing: [
        Statistic("usage_usec", .cumulative, unit: .seconds, scale: .micro),
        Statistic("nr_periods", .cumulative), Statistic("nr_throttled", .cumulative),
        Statistic("throttled_usec", .cumulative, unit: .seconds, scale: .micro),
      ])
    default: throw CaseFlaw("no group \(group)")
    }
  }

  @Test("What is found is what is wrong, and nothing else", arguments: try RuleCase.all())
  func found(ruleCase: RuleCase) throws {
    let host = CaseHost()
    for group in ruleCase.groups {
      try host.add(
        group.path, Self.schema(group.name, of: group.path), named: group.name,
        growth: group.growth, then: group.status)
    }
    let examination = Examination(.builtIn, of: host.subjects)
    let found = examination.diagnoses.map { "\($0.rule.name) \($0.path)" }
    #expect(Set(found) == ruleCase.found)
    let untold = Set(examination.gaps.flatMap { gap in gap.paths.map { "\(gap.rule.name) \($0)" } })
    #expect(untold.isSuperset(of: ruleCase.untold), "\(untold)")
    #expect(untold.isDisjoint(with: found))
  }

  @Test("Every rule has a case of its own")
  func covered() throws {
    let found = try RuleCase.all().flatMap(\.found).compactMap { $0.split(separator: " ").first }
    for rule in RuleBook.builtIn.rules {
      #expect(found.contains { $0 == rule.name }, "no case for \(rule.name)")
    }
  }

  @Test("Every rule is documented")
  func documented() throws {
    let directory = #filePath.replacing(/Tests\/StatsRulesTests.*/, with: "")
    let text = try readText("\(directory)docs/doctor.md")
    for rule in RuleBook.builtIn.rules {
      #expect(text.contains("| `\(rule.name)` |"), "no line for \(rule.name)")
    }
  }

  @Test("Every number of every rule fits a kernel's schemas")
  func fits() throws {
    let schemas =
      try ["kvm", "sched", "cgroup", "time"].map { try Self.schema($0, of: "kvm/a/vcpu0") }
      + [Self.schema("kvm", of: "kvm/a")]
      + [Schema(packing: [Statistic("throttled_time", .cumulative, unit: .seconds, scale: .nano)])]
    for rule in RuleBook.builtIn.rules {
      try rule.condition.check(against: schemas)
      for evidence in rule.evidence { try evidence.formula.check(against: schemas) }
    }
  }
}
