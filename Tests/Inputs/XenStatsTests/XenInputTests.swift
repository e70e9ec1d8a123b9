import Glibc
import LinuxSystem
import Statistics
import StatsInput
import StatsTree
import TestSupport
import Testing

@testable import XenStats

/// Domains that begin, change and end.
@Suite struct XenInputTests {
  private let tree = Tree()
  private let names = FakeNames()

  private func input(
    _ xen: FakeXen, isNamed: Bool = false, methods: Set<XenInput.Method> = [.libxenctrl]
  ) -> XenInput {
    var options = XenInput.Options()
    options.library = xen.library
    options.rescanSeconds = 0
    options.methods = methods
    return XenInput(tree, options: options, names: isNamed ? names : nil, tables: NoTables())
  }

  private var domains: [String] {
    tree.root.child("xen")?.children.map(\.name).filter { $0 != "host" } ?? []
  }

  private func uuid(_ number: UInt64) -> XenIdentity { XenIdentity(high: number, low: ~number) }

  @Test("Domains have sources with labels, vCPUs and aggregates")
  func sources() throws {
    var guest = FakeXen.DomainState(3, vcpus: 3)
    guest.identity = uuid(1)
    let xen = try FakeXen(domains: [FakeXen.DomainState(0), guest])
    let input = input(xen)
    #expect(
      input.refresh() == [
        .appeared(path: "xen/Domain-0", .domain(0)), .appeared(path: "xen/domain-3", .domain(3)),
      ])
    #expect(input.refresh() == [])
    let source = try #require(tree.find("xen/domain-3"))
    #expect(source.labels["domid"] == "3")
    #expect(source.labels["uuid"] == "00000000-0000-0001-ffff-fffffffffffe")
    #expect(source.keys == ["domain": "domain-3"])
    #expect(source.children.map(\.name) == ["vcpu0", "vcpu1", "vcpu2"])
    #expect(source.child("vcpu2")?.keys == ["vcpu": "2"])
    #expect(source.groups.map(\.name) == ["xen", "vcpus.xen"])
    #expect(tree.find("xen/Domain-0")?.labels["uuid"] == nil)
    let base = try #require(tree.root.child("xen"))
    #expect(base.groups.map(\.name) == ["domains.xen", "vcpus.xen"])
    #expect(base.labels["version"] == "4.17" && base.status == .up)

    let sampler = Sampler(tree)
    sampler.pass()
    let sum = try #require(
      sampler.plan.entries.first { $0.source === source && $0.group.name == "vcpus.xen" })
    let running = try #require(sum.group.schema["running_ns"])
    #expect(sampler.value(running, of: sum) == 3_000_003_000)
    let waiting = try #require(sum.group.schema["runnable_ns"])
    #expect(sampler.value(waiting, of: sum) == nil, "an unreported value is not zero")
    #expect(sum.group.schema["cpu"] == nil && sum.group.schema["sample_ns"] == nil)
    #expect(sampler.provenances(of: sum) == [.xenControl])
  }

  @Test("A domain ends, another one gets its number, and a domain gets vCPUs later")
  func changes() throws {
    var guest = FakeXen.DomainState(3, vcpus: 0)
    guest.identity = uuid(1)
    let xen = try FakeXen(domains: [FakeXen.DomainState(0), guest])
    let input = input(xen)
    _ = input.refresh()
    let source = try #require(tree.find("xen/domain-3"))
    #expect(source.children.isEmpty)
    xen.domains[1].lastVCPU = 3
    #expect(input.refresh() == [])
    #expect(source.children.count == 4)
    // Another UUID under the same number.
    xen.domains[1].identity = uuid(2)
    #expect(
      input.refresh() == [
        .gone(path: "xen/domain-3", .domain(3), reason: "domain 3 ended"),
        .appeared(path: "xen/domain-3", .domain(3)),
      ])
    #expect(source.status == .gone && !source.isInTree)
    #expect(tree.find("xen/domain-3") !== source)
    xen.domains.removeLast()
    #expect(input.refresh() == [.gone(path: "xen/domain-3", .domain(3), reason: "domain 3 ended")])
    #expect(input.domains.count == 1)
    #expect(input.hypervisor?.totals.domains.openCount == 1)
    #expect(input.hypervisor?.vcpus?.backing.openCount == 2)
  }

  @Test(
    "Without a UUID, the run time and the number of vCPUs identify another domain",
    arguments: [
      (run: UInt64(5_000_000_000), last: UInt64(1), isOther: false),
      // A slightly older reading is no other domain.
      (run: 4_100_000_000, last: 1, isOther: false), (run: 3_900_000_000, last: 1, isOther: true),
      (run: 5_000_000_000, last: 0, isOther: true), (run: 5_000_000_000, last: 2, isOther: false),
    ])
  func reusedNumber(run: UInt64, last: UInt64, isOther: Bool) throws {
    let xen = try FakeXen(domains: [FakeXen.DomainState(2)])
    let input = input(xen)
    _ = input.refresh()
    xen.domains[0].run = run
    xen.domains[0].lastVCPU = last
    #expect(input.refresh().count == (isOther ? 2 : 0))
  }

  @Test("A UUID that is set later keeps the domain; a changed UUID is another domain")
  func lateUUID() throws {
    let xen = try FakeXen()
    let input = input(xen)
    _ = input.refresh()
    let source = tree.find("xen/Domain-0")
    xen.domains[0].identity = uuid(9)
    #expect(input.refresh() == [])
    #expect(source?.labels["uuid"]?.hasPrefix("00000000-0000-0009") == true)
    let sampler = Sampler(tree)
    sampler.pass()
    let entry = sampler.plan.entries.first { $0.source === source && $0.group.name == "xen" }
    #expect(entry.map { sampler.status(of: $0) } == .up)
    xen.domains[0].identity = uuid(10)
    #expect(input.refresh().count == 2)
  }

  @Test("Names are those of the toolstack; equal and hostile names become distinct path components")
  func hostileNames() throws {
    let xen = try FakeXen(domains: (0..<8).map { FakeXen.DomainState($0) })
    names.names = [
      0: "Domain-0", 1: "web", 2: "web", 3: "a/b", 4: "host", 5: "\u{1b}[2J\n", 6: "..", 7: "",
    ]
    let input = input(xen, isNamed: true)
    #expect(input.refresh().count == 8)
    #expect(
      domains == [
        "Domain-0", "web", "web~2", "a%2fb", "host~4", "%1b[2J%0a", "%2e%2e", "domain-7",
      ])
    #expect(tree.find("xen/web~2")?.labels["name"] == "web")
  }

  @Test("A new domain is shown when it has a name, or after a timeout")
  func lateNames() throws {
    let xen = try FakeXen()
    let input = input(xen, isNamed: true)
    // A domain that existed at the start is not delayed.
    #expect(input.refresh() == [.appeared(path: "xen/Domain-0", .domain(0))])
    xen.domains.append(FakeXen.DomainState(1))
    xen.domains.append(FakeXen.DomainState(2))
    #expect(input.refresh() == [])
    names.names[2] = "db"
    names.uuids[2] = "u-2"
    #expect(input.refresh() == [.appeared(path: "xen/db", .domain(2))])
    #expect(tree.find("xen/db")?.labels["uuid"] == "u-2")
    let isThere = waits {
      _ = input.refresh()
      return tree.find("xen/domain-1") != nil
    }
    #expect(isThere, "it is shown without a name after a second")
    names.names[2] = "db2"
    _ = input.refresh()
    #expect(tree.find("xen/db")?.labels["name"] == "db2")
    xen.domains.append(FakeXen.DomainState(3))
    _ = input.refresh()
    xen.domains.removeLast()
    #expect(input.refresh() == [])
    #expect(input.unnamed.isEmpty)
  }

  @Test("A failed list removes no domain; its diagnostic is cleared by the next list")
  func failingList() throws {
    let xen = try FakeXen(domains: (0..<3).map { FakeXen.DomainState($0) })
    let input = input(xen)
    _ = input.refresh()
    xen.set(.listError, UInt64(EPERM))
    for _ in 0..<3 { #expect(input.refresh() == []) }
    #expect(domains.count == 3)
    let base = try #require(tree.root.child("xen"))
    #expect(base.diagnosticTexts.filter { $0.contains("cannot be listed: EPERM") }.count == 1)
    xen.set(.listError, 0)
    #expect(input.refresh() == [])
    #expect(base.diagnosticTexts.filter { $0.contains("cannot be listed") }.isEmpty)
  }

  @Test(
    "Without a library the host is denied with the reason; it is connected when the library works")
  func lateLibrary() throws {
    let xen = try FakeXen()
    xen.set(.openError, UInt64(EACCES))
    let input = input(xen)
    #expect(input.refresh() == [])
    let base = try #require(tree.root.child("xen"))
    #expect(base.status == .denied(code: EACCES))
    #expect(
      base.diagnosticTexts.count == 1 && base.diagnosticTexts[0].hasSuffix("; run as root in dom0"))
    #expect(input.refresh() == [])
    #expect(base.diagnosticTexts.count == 1)
    xen.set(.openError, 0)
    #expect(input.refresh() == [.appeared(path: "xen/Domain-0", .domain(0))])
    #expect(base.status == .up)
  }

  @Test("An impossible number of vCPUs is a diagnostic, and no vCPU is shown")
  func tooManyVCPUs() throws {
    var guest = FakeXen.DomainState(1)
    guest.lastVCPU = UInt64(UInt32.max) - 1
    let xen = try FakeXen(domains: [guest])
    let input = input(xen)
    #expect(input.refresh().count == 1)
    let source = try #require(tree.find("xen/domain-1"))
    #expect(source.children.isEmpty && source.diagnosticTexts.count == 1)
    _ = input.refresh()
    #expect(source.diagnosticTexts.count == 1)
  }

  @Test("The run states of a domain are a separate group without a sum over domains")
  func runstates() throws {
    let xen = try FakeXen(.xenServer, domains: [FakeXen.DomainState(0), FakeXen.DomainState(1)])
    let input = input(xen)
    _ = input.refresh()
    #expect(
      tree.find("xen/domain-1")?.groups.map(\.name) == ["xen", "runstate", "vcpus.xen"])
    #expect(tree.root.child("xen")?.groups.map(\.name) == ["domains.xen", "vcpus.xen"])
  }

  @Test(
    "600 domains are found although the first buffer has room for 64; later lists take one call")
  func many() throws {
    let xen = try FakeXen(domains: (0..<600).map { FakeXen.DomainState(UInt32($0)) })
    let input = input(xen)
    #expect(input.refresh().count == 600)
    let calls = xen[.listCalls]
    _ = input.refresh()
    #expect(xen[.listCalls] - calls == 1)
  }
}

/// Detection of a dom0.
@Suite struct ControlDomainTests {
  @Test("xenfs decides whether this is a dom0, without xenfs the device")
  func detection() throws {
    let system = try FakeSystem()
    #expect(ControlDomain.absence(system.roots)?.contains("there is neither") == true)
    try system.write("", to: "dev/xen/privcmd")
    #expect(ControlDomain.absence(system.roots) == nil)
    for (text, isControl) in [
      ("control_d\n", true), ("control_d", true), ("", false), ("\n", false),
      ("not_control_d\n", false),
    ] {
      try system.write(text, to: "proc/xen/capabilities")
      #expect((ControlDomain.absence(system.roots) == nil) == isControl, "\(text)")
    }
  }
}
