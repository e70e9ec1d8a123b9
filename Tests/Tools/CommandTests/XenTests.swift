import Glibc
import LinuxSystem
import TestSupport
import Testing

/// Tests of `vitals` on Xen, simulated by a replacement of libxenctrl.
@Suite struct XenTests {
  private func host() throws -> FakeXen {
    var web = FakeXen.DomainState(3, vcpus: 2)
    web.identity = XenIdentity(high: 0x0011_2233_4455_6677, low: 0x8899_aabb_ccdd_eeff)
    return try FakeXen(.xenServer, domains: [FakeXen.DomainState(0, vcpus: 1), web])
  }

  private func vitals(_ xen: FakeXen, _ words: String...) throws -> CommandResult {
    try Command.vitals(words + ["--xen-library", xen.library])
  }

  @Test("list shows domains, vCPUs and the host with their access method")
  func list() throws {
    let result = try vitals(host(), "list", "xen")
    #expect(result.status == 0 && result.errors == "")
    let paths = result.lines.dropFirst().compactMap { $0.split(separator: " ").first }
      .filter { $0.hasPrefix("xen") && !$0.hasSuffix(":") }
    #expect(
      paths == [
        "xen", "xen/host", "xen/host/cpu0", "xen/host/cpu1", "xen/host/cpu2", "xen/host/cpu3",
        "xen/Domain-0", "xen/Domain-0/vcpu0", "xen/domain-3", "xen/domain-3/vcpu0",
        "xen/domain-3/vcpu1",
      ])
    let domain = result.lines.first { $0.hasPrefix("xen/domain-3 ") }
    #expect(domain?.contains("xen:libxenctrl") == true)
    #expect(domain?.contains("domid=3 uuid=00112233-4455-6677-8899-aabbccddeeff") == true)
    #expect(
      result.output.contains("xen: stats table: "),
      "the reason why the statistics table is unavailable")
  }

  @Test("show has the values in every format, and missing values are not zero")
  func show() throws {
    let xen = try host()
    let text = try vitals(xen, "show", "xen/domain-3/vcpu1")
    #expect(text.status == 0)
    #expect(text.output.contains("running_ns           1 s"))
    #expect(text.output.contains("runnable_ns            -"))
    let json = try vitals(xen, "show", "xen/domain-3/vcpu1", "--format", "json")
    #expect(json.output.contains(#""provenance":"libxenctrl""#))
    #expect(json.output.contains("1000001000"))
    let metrics = try vitals(xen, "show", "xen", "--format", "openmetrics")
    #expect(metrics.status == 0)
    let line = metrics.lines.first {
      $0.contains("running_seconds_total") && $0.contains("domain-3")
    }
    #expect(line?.contains(#"domain="domain-3""#) == true, "\(metrics.output)")
    #expect(!metrics.output.contains("runnable_seconds_total{"))
  }

  @Test("watch shows rates, and check reports failed and skipped rules")
  func watchAndCheck() throws {
    let xen = try host()
    let watch = try vitals(xen, "watch", "xen/*/vcpu*", "--count", "2", "--every", "50ms")
    #expect(watch.status == 0)
    #expect(watch.lines.filter { $0.hasPrefix("xen/domain-3/vcpu0 ") }.count == 2)
    let check = try vitals(xen, "check", "xen")
    #expect(check.status == 1, "the CPU time of the domain is not the sum of its vCPUs")
    #expect(check.output.contains("X29"))
    #expect(check.output.contains("X32  the domain has a statistics table"))
  }

  @Test("If libxenctrl fails, the source is denied and has the reason")
  func refused() throws {
    let xen = try host()
    xen.set(.openError, UInt64(EACCES))
    let list = try vitals(xen, "list", "xen")
    #expect(list.output.contains("denied"))
    #expect(list.output.contains("xc_interface_open /dev/xen/privcmd: Permission denied"))
    let check = try vitals(xen, "check", "xen")
    #expect(check.status == 3)
    let show = try vitals(xen, "show", "xen/host")
    #expect(show.status == 3, "it is unknown whether the source exists")
    #expect(show.errors.contains("run as root in dom0"))
    #expect(show.errors.contains("whether 'xen/host' exists"))
    let none = try Command.vitals("check", "xen", "--xen-library", "/nonexistent.so")
    #expect(none.status == 4 && none.errors.contains("no libxenctrl"))
  }

  @Test(
    "Without Xen no source of it is shown, and a command that selects it has the reason",
    .enabled(if: (try? FileStatus("/dev/xen/privcmd")) == nil, "this is a host of Xen"))
  func absence() throws {
    let list = try Command.vitals("list", "xen")
    #expect(list.status == 4 && list.errors.contains("this is no dom0 of Xen"))
    let check = try Command.vitals("check", "xen")
    #expect(check.status == 4 && check.errors.contains("this is no dom0 of Xen"))
    let all = try Command.vitals("list", "host")
    #expect(all.status == 0 && !all.output.contains("xen"))
  }

  @Test("--method selects access methods of Xen; --via is its alias")
  func methods() throws {
    let xen = try host()
    let tables = try vitals(xen, "show", "xen/domain-3", "--method", "table", "--format", "json")
    #expect(tables.status == 0)
    #expect(!tables.output.contains("vcpu0\",\"status\":\"up\",\"groups\":[{"))
    let alias = try vitals(xen, "show", "xen/domain-3", "--via", "table", "--format", "json")
    #expect(alias.status == 0)
    #expect(!alias.output.contains("vcpu0\",\"status\":\"up\",\"groups\":[{"))
    let wrong = try vitals(xen, "list", "xen", "--method", "hypercall")
    #expect(wrong.status == 2)
    let text =
      "unknown access method 'hypercall'; expected one of handover, pidfd, bpf, qmp, debugfs, "
      + "table, libxenctrl"
    #expect(wrong.errors.contains(text))
    let both = try vitals(xen, "list", "xen", "--method", "table", "--via", "libxenctrl")
    #expect(both.status == 2 && both.errors.contains("'--via' is an alias of '--method'"))
  }

  @Test("describe explains statistics of Xen")
  func describe() throws {
    let result = try Command.vitals("describe", "runnable_ns")
    #expect(result.status == 0 && result.output.contains("steal time"))
  }
}
