import Glibc
import LinuxSystem
import Statistics
import StatsChecks

/// Collects the results of all rules during a check.
struct MountLog: Sendable {
  private var tried: Set<MountRule> = []
  private var problems: [MountRule: [String]] = [:]
  private var skipReasons: [MountRule: String] = [:]
  private var unreadable: [String] = []
  private var vanished: [String] = []

  /// Records that a rule was checked.
  ///
  /// If `problem` is not nil, it describes a violation of the rule.
  mutating func check(_ rule: MountRule, _ problem: String?) {
    tried.insert(rule)
    if let problem { problems[rule, default: []].append(problem) }
  }

  /// Records that a rule was checked.
  ///
  /// If `holds` is `false`, `problem` describes the violation.
  mutating func check(_ rule: MountRule, _ holds: Bool, _ problem: String) {
    check(rule, holds ? nil : problem)
  }

  /// Records why a rule was not checked; only the first reason is kept.
  mutating func skip(_ rule: MountRule, _ reason: String) {
    if skipReasons[rule] == nil { skipReasons[rule] = reason }
  }

  /// Records a failed system call.
  ///
  /// The error tells whether this is a missing permission, a removed file, or a violation of the
  /// rule.
  mutating func record(_ error: SystemError, _ rule: MountRule, _ name: String) {
    switch error.code {
    case EACCES, EPERM: unreadable.append("\(name) (\(error.codeName))")
    case ENOENT, ENODEV, ESTALE: vanished.append(name)
    default: check(rule, "\(name): \(error.call): \(error.codeName)")
    }
  }

  /// The number of violations.
  var problemCount: Int { problems.values.reduce(0) { $0 + $1.count } }

  /// Returns one finding per rule; `object` names the mount.
  func findings(_ object: String) -> [Finding] {
    var list = FindingList<MountRule>(object: object)
    for rule in MountRule.allCases {
      switch rule {
      case .readable: Self.add(unreadable, "not readable", rule, to: &list)
      case .unchanged: Self.add(vanished, "removed during the check", rule, to: &list)
      case _ where tried.contains(rule):
        list.check(rule, problems[rule] ?? [])
      default:
        list.skip(rule, skipReasons[rule] ?? "nothing to check")
      }
    }
    return list.findings
  }

  private static func add(
    _ names: [String], _ words: String, _ rule: MountRule, to list: inout FindingList<MountRule>
  ) {
    guard let first = names.first else { return list.check(rule, []) }
    list.skip(rule, "\(names.count) \(words), for example \(first)")
  }
}
