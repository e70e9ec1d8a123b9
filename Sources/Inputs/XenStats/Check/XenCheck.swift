import Glibc
public import LinuxSystem
import Statistics
public import StatsChecks
import XenTable

/// Checks what the hypervisor reports of its domains, each value against a second source of it.
///
/// The rules of a statistics table (`XenTableRule`) apply to each domain that has one; those of
/// `XenDomainRule` apply to all domains. The check changes nothing.
public struct XenCheck {
  private let control: XenControl
  private let tables: any DomainTables
  /// The maximum difference of equal times: clocks are slewed, and readings are not simultaneous.
  private let tolerance: UInt64

  /// - Parameters:
  ///   - roots: The mount points of the system's files.
  ///   - library: The libxenctrl to load; `nil` selects the installed one.
  ///   - tables: Maps statistics tables; `nil` asks the hypervisor.
  ///   - toleranceNanoseconds: The maximum difference between equal times.
  /// - Throws: `XenControlError` if no library works.
  public init(
    roots: SystemRoots = SystemRoots(), library: String? = nil,
    tables: (any DomainTables)? = nil, toleranceNanoseconds: UInt64 = 1_000_000
  ) throws(XenControlError) {
    control = try XenControl.open(library.map { [$0] } ?? XenControl.standardLibraries)
    self.tables = tables ?? PrivcmdTables(path: ControlDomain.privcmd(roots))
    tolerance = toleranceNanoseconds
  }

  /// Reads all domains twice, with `pause` in between, and checks the readings.
  public func run(pause: () -> Void = { sleepNanoseconds(100_000_000) }) -> [Finding] {
    let lister = DomainLister(control)
    var domains: [XenDomainInfo] = []
    let code = lister.walk { info, _ in domains.append(info) }
    guard code == 0 else {
      return [
        Finding(
          XenDomainRule.sumsOfRunTimes, object: "xen",
          outcome: .skip("the domains cannot be listed: \(SystemError.name(of: CInt(-code)))"))
      ]
    }
    let first = domains.map { read($0, lister) }
    pause()
    var findings: [Finding] = []
    var absence: String?
    for (domain, before) in zip(domains, first) {
      let name = "xen domain \(domain.domain)"
      var list = FindingList<XenDomainRule>(object: name)
      check(before, read(domain, lister), &list)
      findings += list.findings
      findings += tableFindings(domain, name, &absence)
    }
    if let absence {
      findings.append(
        Finding(XenDomainRule.hasTable, object: "xen", outcome: .skip(absence)))
    }
    return findings
  }

  // MARK: - One domain

  /// One reading of a domain and its vCPUs.
  private struct DomainReading {
    /// The domain as listed before and after its vCPUs were read; `nil` if it had ended.
    var before: XenDomainInfo?
    var after: XenDomainInfo?
    var vcpus: [(info: XenVCPUInfo, window: Window)?] = []

    /// Whether every vCPU was read.
    var isComplete: Bool { before != nil && after != nil && !vcpus.contains { $0 == nil } }
  }

  private func read(_ domain: XenDomainInfo, _ lister: DomainLister) -> DomainReading {
    var reading = DomainReading()
    reading.before = listed(domain, lister)
    for vcpu in 0..<min(domain.vcpuCount, 1 << 16) {
      var info = XenVCPUInfo()
      let begin = monotonicNanoseconds()
      let code = control.read(vcpu, ofDomain: domain.domain, into: &info)
      let window = Window(begin: begin, end: monotonicNanoseconds())
      reading.vcpus.append(code == 0 ? (info, window) : nil)
    }
    reading.after = listed(domain, lister)
    return reading
  }

  private func listed(_ domain: XenDomainInfo, _ lister: DomainLister) -> XenDomainInfo? {
    var found: XenDomainInfo?
    _ = lister.walk(domain.domain...domain.domain) { info, _ in found = info }
    return found?.identity == domain.identity ? found : nil
  }

  private func check(
    _ first: DomainReading, _ second: DomainReading, _ list: inout FindingList<XenDomainRule>
  ) {
    guard !first.vcpus.isEmpty, first.isComplete, second.isComplete else {
      let reason =
        first.vcpus.isEmpty ? "it has no vCPUs" : "it ended, or a vCPU is not readable"
      list.skip(.monotonicRunTimes, reason)
      list.skip(.growth, reason)
      list.skip(.sumsOfRunTimes, reason)
      list.skip(.onlineCount, reason)
      return
    }
    var (decreased, excessive): ([String], [String]) = ([], [])
    for (number, pair) in zip(first.vcpus, second.vcpus).enumerated() {
      guard let old = pair.0, let new = pair.1 else { continue }
      let (was, now) = (old.info.runNanoseconds, new.info.runNanoseconds)
      guard now >= was else {
        decreased.append("vCPU \(number): \(was) ns, then \(now) ns")
        continue
      }
      let time = new.window.end - old.window.begin
      if now - was > time + time / 1000 + tolerance {
        excessive.append("vCPU \(number) ran \(now - was) ns in \(time) ns")
      }
    }
    list.check(.monotonicRunTimes, decreased)
    list.check(.growth, excessive)
    checkTotals(second, &list)
  }

  /// Checks the values of the domain, read before and after those of its vCPUs.
  private func checkTotals(_ reading: DomainReading, _ list: inout FindingList<XenDomainRule>) {
    guard let before = reading.before, let after = reading.after else { return }
    let infos = reading.vcpus.compactMap { $0?.info }
    let sum = infos.reduce(UInt64(0)) { $0 &+ $1.runNanoseconds }
    list.check(
      .sumsOfRunTimes,
      sum + tolerance >= before.runNanoseconds && sum <= after.runNanoseconds + tolerance,
      "\(sum) ns, and the domain from \(before.runNanoseconds) to \(after.runNanoseconds) ns")
    guard before.onlineCount == after.onlineCount else {
      list.skip(.onlineCount, "it changed during the check")
      return
    }
    let count = infos.count { $0.isOnline }
    list.check(
      .onlineCount, count == Int(after.onlineCount),
      "\(count) vCPUs are online, the domain reports \(after.onlineCount)")
  }

  // MARK: - Its table

  /// Checks the table of a domain; sets `absence` to the reason if no domain of this host has one.
  private func tableFindings(
    _ domain: XenDomainInfo, _ name: String, _ absence: inout String?
  ) -> [Finding] {
    // dom0 has no right to its own table.
    guard absence == nil, domain.domain != 0, domain.vcpuCount > 0 else { return [] }
    do throws(DomainTableError) {
      let mapping = try DomainTable.map(domain.domain, domain.vcpuCount, tables)
      let findings = XenTableCheck(mapping, object: "\(name) table", count: nil).run()
      let table = try DomainTable(of: domain.domain, vcpuCount: domain.vcpuCount, from: tables)
      var list = FindingList<XenDomainRule>(object: "\(name) table")
      var problems: [String] = []
      for vcpu in 0..<table.count {
        do throws(DomainTableError) {
          try table.compare(vcpu, ofDomain: domain.domain, with: control)
        } catch {
          problems.append("\(error)")
        }
      }
      list.check(.secondSource, problems)
      return findings.filter { $0.check != XenTableRule.secondSource.id } + list.findings
    } catch {
      if error.isHostWide {
        absence = "\(error)"
        return []
      }
      return [
        Finding(XenDomainRule.hasTable, object: name, outcome: .skip("\(error)"))
      ]
    }
  }
}
