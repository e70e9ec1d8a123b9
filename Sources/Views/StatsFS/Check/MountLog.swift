import Glibc
import LinuxSystem
import Statistics
import StatsChecks

/// What was found so far of each rule.
struct MountLog: Sendable {
  private var tried: Set<MountRule> = []
  private var problems: [MountRule: [String]] = [:]
  private var absences: [MountRule: String] = [:]
  private var refused: [String] = []
  private var vanished: [String] = []

  /// A rule was tried, and holds where there is no problem.
  mutating func check(_ rule: MountRule, _ problem: String?) {
    tried.insert(rule)
    if let problem { problems[rule, default: []].append(problem) }
  }

  /// A rule was tried, and holds or not.
  mutating func check(_ rule: MountRule, _ holds: Bool, _ problem: String) {
    check(rule, holds ? nil : problem)
  }

  /// Why a rule was not tried; the first reason counts.
  mutating func skip(_ rule: MountRule, _ reason: String) {
    if absences[rule] == nil { absences[rule] = reason }
  }

  /// What becomes of a call that failed: it is permitted to somebody else, what it was made on has
  /// gone, or a rule is broken.
  mutating func note(_ error: SystemError, _ rule: MountRule, _ name: String) {
    switch error.code {
    case EACCES, EPERM: refused.append("\(name) (\(error.codeName))")
    case ENOENT, ENODEV, ESTALE: vanished.append(name)
    default: check(rule, "\(name): \(error.call): \(error.codeName)")
    }
  }

  /// How often a rule was found broken.
  var problemCount: Int { problems.values.reduce(0) { $0 + $1.count } }

  /// The findings of all rules; `object` is what was looked at.
  func findings(_ object: String) -> [Finding] {
    var list = FindingList(object: object)
    for rule in MountRule.allCases {
      switch rule {
      case .permitted: Self.add(refused, "may not be read", rule, to: &list)
      case .steady: Self.add(vanished, "went meanwhile", rule, to: &list)
      case _ where tried.contains(rule):
        list.check(rule.number, rule.text, problems[rule] ?? [])
      default:
        list.skip(rule.number, rule.text, absences[rule] ?? "there was nothing to try it on")
      }
    }
    return list.findings
  }

  private static func add(
    _ names: [String], _ words: String, _ rule: MountRule, to list: inout FindingList
  ) {
    guard let first = names.first else { return list.check(rule.number, rule.text, []) }
    list.skip(rule.number, rule.text, "\(names.count) \(words), such as \(first)")
  }
}
