import LinuxSystem
import ProcStats
public import Statistics
import StatsKnowledge
import StatsTesting
import StatsTree
import XenStats

/// A host during two seconds, with the expected findings.
public struct RuleCase: Sendable {
  public let name: String
  /// The exact set of expected findings, as `RULE SOURCE`.
  public private(set) var found: Set<String> = []
  /// Rules that must be undecided, as `RULE SOURCE`.
  public private(set) var undecided: Set<String> = []
  private var groups: [(path: String, name: String, growth: [String: UInt64], status: Status)] = []

  /// Parses `Cases/doctor.cases`, which describes its format.
  public static func all() throws -> [RuleCase] {
    let file = #filePath
    let directory = file[..<(file.lastIndex(of: "/") ?? file.startIndex)]
    var cases: [RuleCase] = []
    for line in try readText("\(directory)/Cases/doctor.cases").split(separator: "\n") {
      if line.first == "#" { continue }
      if line.first == "[" {
        cases.append(RuleCase(name: String(line.dropFirst().dropLast())))
        continue
      }
      guard !cases.isEmpty else { throw CaseError("expected [name] before '\(line)'") }
      try cases[cases.count - 1].add(line.split(separator: " ").map(String.init))
    }
    return cases
  }

  private mutating func add(_ words: [String]) throws {
    switch words[0] {
    case "found": found.insert(words.dropFirst().joined(separator: " "))
    case "undecided": undecided.insert(words.dropFirst().joined(separator: " "))
    default:
      var growth: [String: UInt64] = [:]
      var status = Status.up
      for word in words.dropFirst(2) {
        let parts = word.split(separator: "=")
        if word == "denied" { status = .denied(code: 1) }
        if word == "stale" { status = .stale(since: 1) }
        guard parts.count == 2 else { continue }
        let text = parts[1].replacing("_", with: "")
        guard let amount = text == "none" ? Inactive.unsigned : UInt64(text) else {
          throw CaseError("invalid number in '\(word)'")
        }
        growth[String(parts[0])] = amount
      }
      groups.append((words[0], words[1], growth, status))
    }
  }

  /// Creates the host with its sources.
  public func host() throws -> CaseHost {
    let host = CaseHost()
    for group in groups {
      try host.add(
        group.path, Self.schema(group.name, of: group.path), named: group.name,
        growth: group.growth, then: group.status)
    }
    return host
  }

  /// Returns the schema of a group of a case.
  public static func schema(_ group: String, of path: String) throws -> Schema {
    switch group {
    case "kvm":
      return try path.contains("/vcpu") ? SampleSchemas.vcpu() : SampleSchemas.vm()
    case "sched": return ThreadScheduleBacking.schema
    case "xen":
      return path.contains("/vcpu") ? XenStatsSchemas.vcpu : XenStatsSchemas.domain
    case "runstate": return XenStatsSchemas.runstate
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
    default: throw CaseError("unknown group '\(group)'")
    }
  }
}
