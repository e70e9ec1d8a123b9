import Glibc
public import LinuxSystem
import Statistics
public import StatsChecks
import XenTable

/// Checks what the hypervisor says of its domains, each number against a second way to it.
///
/// X1 to X26 are those of a statistics table (`XenTableCheck`), of each domain that has one; X27 to
/// X31 hold without one, too. Nothing is changed anywhere.
public struct XenCheck {
  private let control: XenControl
  private let tables: any DomainTables
  /// How far apart times may be that are the same: clocks are slewed, and readings not of one moment.
  private let tolerance: UInt64

  private static let tableRule = "the domain has a statistics table"
  private static let falls = ("X27", "what a vCPU ran does not fall")
  private static let excess = ("X28", "a vCPU runs no longer than time passes")
  private static let sums = ("X29", "what its vCPUs ran is what the domain ran")
  private static let online = ("X30", "as many vCPUs are online as the domain says")
  private static let second = ("X31", "the table says of a vCPU what libxenctrl says")

  /// - Parameters:
  ///   - roots: where the system's files are.
  ///   - library: the libxenctrl to load; nil takes the one that is installed.
  ///   - tables: where statistics tables are mapped from; nil is the hypervisor.
  ///   - toleranceNanoseconds: by how much times may differ that should be the same.
  /// - Throws: `XenControlError` where no library works.
  public init(
    roots: SystemRoots = SystemRoots(), library: String? = nil,
    tables: (any DomainTables)? = nil, toleranceNanoseconds: UInt64 = 1_000_000
  ) throws(XenControlError) {
    control = try XenControl.open(library.map { [$0] } ?? XenControl.standardLibraries)
    self.tables = tables ?? PrivcmdTables(path: ControlDomain.privcmd(roots))
    tolerance = toleranceNanoseconds
  }

  /// Looks at all domains twice, with `pause` between.
  public func run(pause: () -> Void = { sleepNanoseconds(100_000_000) }) -> [Finding] {
    let lister = DomainLister(control)
    var domains: [XenDomainInfo] = []
    let code = lister.walk { info, _ in domains.append(info) }
    guard code == 0 else {
      return [
        Finding(
          check: Self.sums.0, rule: Self.sums.1, object: "xen",
          outcome: .skip("the domains cannot be listed: \(SystemError.name(of: CInt(-code)))"))
      ]
    }
    let first = domains.map { look(at: $0, lister) }
    pause()
    var findings: [Finding] = []
    var absence: String?
    for (domain, before) in zip(domains, first) {
      let name = "xen domain \(domain.domain)"
      var list = FindingList(object: name)
      check(before, look(at: domain, lister), &list)
      findings += list.findings
      findings += tableFindings(domain, name, &absence)
    }
    if let absence {
      findings.append(
        Finding(check: "X1", rule: Self.tableRule, object: "xen", outcome: .skip(absence)))
    }
    return findings
  }

  // MARK: - One domain

  /// What is known of a domain at one time.
  private struct Look {
    /// The domain as it was listed before and after its vCPUs were read; nil where it ended.
    var before: XenDomainInfo?
    var after: XenDomainInfo?
    var vcpus: [(info: XenVCPUInfo, window: Window)?] = []

    /// Whether each vCPU has been read.
    var isWhole: Bool { before != nil && after != nil && !vcpus.contains { $0 == nil } }
  }

  private func look(at domain: XenDomainInfo, _ lister: DomainLister) -> Look {
    var look = Look()
    look.before = listed(domain, lister)
    for vcpu in 0..<min(domain.vcpuCount, 1 << 16) {
      var info = XenVCPUInfo()
      let begin = monotonicNanoseconds()
      let code = control.read(vcpu, ofDomain: domain.domain, into: &info)
      let window = Window(begin: begin, end: monotonicNanoseconds())
      look.vcpus.append(code == 0 ? (info, window) : nil)
    }
    look.after = listed(domain, lister)
    return look
  }

  private func listed(_ domain: XenDomainInfo, _ lister: DomainLister) -> XenDomainInfo? {
    var found: XenDomainInfo?
    _ = lister.walk(domain.domain...domain.domain) { info, _ in found = info }
    return found?.identity == domain.identity ? found : nil
  }

  private func check(_ first: Look, _ second: Look, _ list: inout FindingList) {
    guard !first.vcpus.isEmpty, first.isWhole, second.isWhole else {
      let reason =
        first.vcpus.isEmpty ? "it has no vCPUs" : "it ended, or has a vCPU that is not told"
      for (number, rule) in [Self.falls, Self.excess, Self.sums, Self.online] {
        list.skip(number, rule, reason)
      }
      return
    }
    var (fallen, excessive): ([String], [String]) = ([], [])
    for (number, pair) in zip(first.vcpus, second.vcpus).enumerated() {
      guard let old = pair.0, let new = pair.1 else { continue }
      let (was, now) = (old.info.runNanoseconds, new.info.runNanoseconds)
      guard now >= was else {
        fallen.append("vCPU \(number): \(was) ns, then \(now) ns")
        continue
      }
      let time = new.window.end - old.window.begin
      if now - was > time + time / 1000 + tolerance {
        excessive.append("vCPU \(number) ran \(now - was) ns in \(time) ns")
      }
    }
    list.check(Self.falls.0, Self.falls.1, fallen)
    list.check(Self.excess.0, Self.excess.1, excessive)
    checkTotals(second, &list)
  }

  /// The domain's own numbers, read before and after those of its vCPUs.
  private func checkTotals(_ look: Look, _ list: inout FindingList) {
    guard let before = look.before, let after = look.after else { return }
    let infos = look.vcpus.compactMap { $0?.info }
    let sum = infos.reduce(UInt64(0)) { $0 &+ $1.runNanoseconds }
    list.check(
      Self.sums.0, Self.sums.1,
      sum + tolerance >= before.runNanoseconds && sum <= after.runNanoseconds + tolerance,
      "\(sum) ns, and the domain from \(before.runNanoseconds) to \(after.runNanoseconds) ns")
    guard before.onlineCount == after.onlineCount else {
      list.skip(Self.online.0, Self.online.1, "it changed meanwhile")
      return
    }
    let count = infos.count { $0.isOnline }
    list.check(
      Self.online.0, Self.online.1, count == Int(after.onlineCount),
      "\(count) vCPUs are, the domain says \(after.onlineCount)")
  }

  // MARK: - Its table

  /// The findings in a domain's table; `absence` says why this host has none at all.
  private func tableFindings(
    _ domain: XenDomainInfo, _ name: String, _ absence: inout String?
  ) -> [Finding] {
    // A domain has no right to its own.
    guard absence == nil, domain.domain != 0, domain.vcpuCount > 0 else { return [] }
    do throws(DomainTableError) {
      let mapping = try DomainTable.map(domain.domain, domain.vcpuCount, tables)
      let findings = XenTableCheck(mapping, object: "\(name) table", count: nil).run()
      let table = try DomainTable(of: domain.domain, vcpuCount: domain.vcpuCount, from: tables)
      var list = FindingList(object: "\(name) table")
      var problems: [String] = []
      for vcpu in 0..<table.count {
        do throws(DomainTableError) {
          try table.compare(vcpu, ofDomain: domain.domain, with: control)
        } catch {
          problems.append("\(error)")
        }
      }
      list.check(Self.second.0, Self.second.1, problems)
      return findings.filter { $0.check != "X26" } + list.findings
    } catch {
      if error.isOfAll {
        absence = "\(error)"
        return []
      }
      return [
        Finding(check: "X1", rule: Self.tableRule, object: name, outcome: .skip("\(error)"))
      ]
    }
  }
}
