import Glibc
import LinuxSystem
import Statistics
import StatsTesting
import StatsTree
import TestSupport
import Testing

@testable import XenStats

/// The host as the hypervisor describes it.
@Suite struct HostTests {
  private func tree(_ xen: FakeXen) -> Tree {
    let tree = Tree()
    var options = XenInput.Options()
    options.library = xen.library
    _ = XenInput(tree, options: options, tables: NoTables()).refresh()
    return tree
  }

  @Test("The host has CPUs, memory in bytes, and the idle times of online CPUs")
  func host() throws {
    let xen = try FakeXen()
    xen.setIdle(2, 0)
    let tree = tree(xen)
    let host = try #require(tree.find("xen/host"))
    #expect(host.children.map(\.name) == ["cpu0", "cpu1", "cpu3"])
    let sampler = Sampler(tree, matching: try Pattern("xen/host**"))
    sampler.pass()
    func value(_ name: String, _ path: String) -> UInt64? {
      guard let entry = sampler.plan.entries.first(where: { $0.source.path == path }),
        let statistic = entry.group.schema[name]
      else { return nil }
      return sampler.value(statistic, of: entry)
    }
    #expect(value("cpus", "xen/host") == 4 && value("nodes", "xen/host") == 2)
    #expect(value("memory_total", "xen/host") == 1 << 30)
    #expect(value("memory_free", "xen/host") == 1 << 28)
    #expect(value("memory_scrub", "xen/host") == 65_536)
    #expect(value("idle_ns", "xen/host/cpu3") == 4_000_000_000)
    // One call reads all CPUs.
    let calls = xen[.cpusCalls]
    sampler.pass()
    #expect(xen[.cpusCalls] - calls == 1)
    xen.setIdle(3, 0)
    sampler.pass()
    let entry = sampler.plan.entries.first { $0.source.path == "xen/host/cpu3" }
    #expect(entry.map { sampler.status(of: $0) } == .denied(code: ENODEV))
    xen.set(.cpusError, UInt64(EPERM))
    sampler.pass()
    #expect(entry.map { sampler.status(of: $0) } == .denied(code: EPERM))
  }

  @Test("Both backings conform, with an offline CPU and a CPU that does not exist")
  func conformance() throws {
    let xen = try FakeXen()
    xen.setIdle(1, 0)
    let control = try xen.control()
    let idle = [0, 1, 2, 3, 9].map { cpu in
      BackingConformance.Member(
        token: cpu, schema: XenStatsSchemas.cpu, works: cpu != 1 && cpu != 9)
    }
    #expect(
      BackingConformance(
        IdleTimeBacking(control, cpuCount: 12), members: idle,
        expected: { [1_000_000_000 * UInt64($0 + 1)] }
      ).run() == [])
    let host = BackingConformance.Member(token: 0, schema: XenStatsSchemas.host)
    #expect(
      BackingConformance(
        XenHostBacking(control), members: [host],
        expected: { _ in [4, 2, 1 << 30, 1 << 28, 65_536] }
      ).run() == [])
  }

  @Test("What the library does not support is a diagnostic")
  func absences() throws {
    let none = tree(try FakeXen(.xen417.without("HOST")))
    #expect(none.find("xen/host") == nil)
    #expect(
      none.find("xen")?.diagnosticTexts.contains { $0.contains("xc_physinfo: ENOSYS") } == true)
    let noIdle = tree(try FakeXen(.xen417.without("CPUS")))
    #expect(noIdle.find("xen/host")?.children.isEmpty == true)
    #expect(
      noIdle.find("xen/host")?.diagnosticTexts.contains { $0.contains("xc_getcpuinfo") } == true)
    let unknown = tree(try FakeXen(FakeXen.Version(definitions: ["HOST_BYTES=120"])))
    #expect(
      unknown.find("xen/host")?.diagnosticTexts.contains { $0.hasPrefix("no memory") } == true)
  }
}
