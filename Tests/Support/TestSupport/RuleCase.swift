import LinuxSystem
import ProcStats
public import Statistics
import StatsTesting
import StatsTree
import XenStats

/// A host as it was in two seconds, and the rules that hold for it.
public struct RuleCase: Sendable {
  public let name: String
  /// `rule source`, each of which must be found, and nothing else.
  public private(set) var found: Set<String> = []
  /// `rule source` that must be a "cannot tell".
  public private(set) var untold: Set<String> = []
  private var groups: [(path: String, name: String, growth: [String: UInt64], status: Status)] = []

  /// The cases of the file, whose first lines describe the form.
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
      guard !cases.isEmpty else { throw CaseError("no [name] before: \(line)") }
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
        let text = parts[1].replacing("_", with: "")
        guard let amount = text == "none" ? Inactive.unsigned : UInt64(text) else {
          throw CaseError("no number: \(word)")
        }
        growth[String(parts[0])] = amount
      }
      groups.append((words[0], words[1], growth, status))
    }
  }

  /// The host with its sources.
  public func host() throws -> CaseHost {
    let host = CaseHost()
    for group in groups {
      try host.add(
        group.path, Self.schema(group.name, of: group.path), named: group.name,
        growth: group.growth, then: group.status)
    }
    return host
  }

  /// The schema that a group of a case has.
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
    default: throw CaseError("no group \(group)")
    }
  }
}
