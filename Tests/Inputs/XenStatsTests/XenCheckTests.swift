import Glibc
import LinuxSystem
import Statistics
import StatsChecks
import TestSupport
import Testing
import XenTable

@testable import XenStats

/// The findings of `vitals check xen`: each rule passes once and fails once.
@Suite struct XenCheckTests {
  /// A consistent host: the run times of vCPUs add up to that of their domain.
  private func host() throws -> FakeXen {
    var domains = [FakeXen.DomainState(0, vcpus: 2), FakeXen.DomainState(1, vcpus: 3)]
    for index in domains.indices {
      let count = domains[index].lastVCPU + 1
      domains[index].vcpuStep = 0
      domains[index].run = 1_000_000_000 * count
    }
    return try FakeXen(domains: domains)
  }

  private func findings(
    _ xen: FakeXen, _ tables: any DomainTables = NoTables(), pause: () -> Void = {}
  ) throws -> [Finding] {
    try XenCheck(library: xen.library, tables: tables).run(pause: pause)
  }

  private func failed(_ findings: [Finding]) -> [String] {
    findings.compactMap {
      guard case .fail = $0.outcome else { return nil }
      return "\($0.check) \($0.object)"
    }
  }

  @Test("A consistent host passes; the lack of tables is reported once")
  func agreement() throws {
    let findings = try findings(host())
    #expect(failed(findings) == [])
    #expect(
      findings.map(\.check) == ["X27", "X28", "X29", "X30", "X27", "X28", "X29", "X30", "X32"])
    #expect(
      findings.last?.outcome == .skip("this Xen has no resource type 3 id 0 (EOPNOTSUPP)"))
  }

  @Test("A run time that decreases, or increases faster than time, is a finding")
  func times() throws {
    let less = try host()
    #expect(
      failed(try findings(less, pause: { less.domains[1].vcpuRun -= 1_000 }))
        == ["X27 xen domain 1"])
    let more = try host()
    let pause = {
      for index in 0..<2 {
        more.domains[index].vcpuRun += 3_600_000_000_000
        more.domains[index].run += 3_600_000_000_000 * (more.domains[index].lastVCPU + 1)
      }
    }
    #expect(failed(try findings(more, pause: pause)) == ["X28 xen domain 0", "X28 xen domain 1"])
  }

  @Test("Values of a domain that differ from those of its vCPUs are a finding")
  func sums() throws {
    let xen = try host()
    xen.domains[0].run += 1_500_000
    xen.domains[1].online = 2
    #expect(failed(try findings(xen)) == ["X29 xen domain 0", "X30 xen domain 1"])
    xen.domains[0].run -= 1_000_000
    #expect(failed(try findings(xen)) == ["X30 xen domain 1"], "a small difference is tolerated")
  }

  @Test("A domain that ends or fails is skipped; a failed list is reported")
  func skips() throws {
    let ending = try host()
    let after = try findings(ending, pause: { ending.domains.removeLast() })
    #expect(failed(after) == [])
    let skipped = after.filter { if case .skip = $0.outcome { true } else { false } }
    #expect(skipped.filter { $0.object == "xen domain 1" }.count >= 4)
    let failing = try host()
    failing.domains[0].vcpuError = EPERM
    #expect(failed(try findings(failing)) == [])
    let closed = try host()
    let check = try XenCheck(library: closed.library, tables: NoTables())
    closed.set(.listError, UInt64(EPERM))
    #expect(check.run(pause: {}).map(\.outcome) == [.skip("the domains cannot be listed: EPERM")])
  }

  @Test("The rules of tables are checked, and tables are compared with libxenctrl")
  func tables() throws {
    let layout = try XenTableLayout(count: 3)
    for (wrong, failure) in [(false, []), (true, ["X31 xen domain 1 table"])] as [(Bool, [String])]
    {
      let tables = SimulatedTables()
      let table = try SimulatedTables.Table(frames: layout.frameCount)
      let writer = try table.writer(layout)
      for vcpu in 0..<3 {
        writer.update(vcpu, with: .running(wrong && vcpu == 1 ? 5 : 1_000_000_000))
      }
      tables.tables[1] = table
      let all = try findings(host(), tables).filter { $0.object == "xen domain 1 table" }
      #expect(failed(all) == failure)
      #expect(all.contains { $0.check == "X1" && $0.outcome == .pass })
      #expect(all.filter { $0.check == "X31" }.count == 1)
    }
  }
}
