import Glibc
import KVMGuests
import LinuxSystem
import Statistics
import StatsInput
import StatsTree
import TestSupport
import Testing

@testable import KVMStats

/// The order of the access methods, and the diagnostics of those that fail.
@Suite(.serialized, .enabled(if: Guests.areUsable, "no usable /dev/kvm"), .timeLimit(.minutes(1)))
struct AccessMethodTests {
  private func guest(_ name: String, vcpus: Int = 2, keeps: Bool = true)
    -> GuestProcessConfiguration
  {
    GuestProcessConfiguration(
      name: name,
      guest: GuestConfiguration(payload: .idle, vcpus: vcpus, keepsStatsDescriptors: keeps))
  }

  @Test(
    "A VMM without statistics descriptors is read through debugfs, or a diagnostic says why not"
  )
  func noDescriptors() throws {
    let guests = try Guests(methods: [.pidfd, .qmp, .debugfs])
    try guests.start(guest("bare", keeps: false))
    _ = guests.input.refresh()
    // After its announcement a VMM has time to open its descriptors.
    sleepNanoseconds(KVMInput.settlingTime + 10_000_000)
    _ = guests.input.refresh()
    let source = try #require(guests.source("kvm/bare"))
    #expect(
      source.diagnosticTexts.contains { $0.contains("guest-holder keeps no statistics descriptor") }
    )
    #expect(source.diagnosticTexts.contains { $0.hasPrefix("qmp: no -qmp socket") })
    if let group = source.groups.first(where: { $0.name == "kvm" }) {
      #expect(group.provenance == .debugfs)
      #expect(!group.schema.statistics.contains { $0.name.hasSuffix("_hist") })
      guests.sampler.pass()
      let entry = try #require(guests.sampler.plan.entries.first { $0.group === group })
      #expect(guests.sampler.status(of: entry) == .up)
      for statistic in group.schema.statistics {
        #expect(guests.sampler.value(statistic, of: entry) != nil, "\(statistic.name)")
      }
    } else {
      #expect(source.diagnosticTexts.contains { $0.hasPrefix("debugfs: ") })
    }
    #expect(source.children.map(\.name) == ["vcpu0", "vcpu1"])
    for vcpu in source.children { #expect(vcpu.groups.map(\.name) == ["sched"]) }
    let count = source.diagnosticTexts.count
    for _ in 0..<3 { guests.rescan() }
    #expect(source.diagnosticTexts.count == count)
  }

  @Test("Only permitted access methods are used", arguments: [[], [KVMInput.Method.debugfs]])
  func restricted(methods: [KVMInput.Method]) throws {
    let guests = try Guests(methods: Set(methods))
    try guests.start(guest("web"))
    _ = guests.input.refresh()
    sleepNanoseconds(KVMInput.settlingTime + 10_000_000)
    _ = guests.input.refresh()
    #expect(guests.input.descriptors.count == 0)
    let source = try #require(guests.source("kvm/web"))
    #expect(source.children.count == 2)
    let provenances = source.groups.filter { $0.name == "kvm" }.map(\.provenance)
    #expect(methods.isEmpty ? provenances == [] : provenances.allSatisfy { $0 == .debugfs })
    for vcpu in source.children { #expect(vcpu.groups.map(\.name) == ["sched"]) }
    #expect(!source.diagnosticTexts.contains { $0.hasPrefix("pidfd_getfd") || $0.hasPrefix("qmp") })
  }

  @Test("Without free descriptors some groups are up, the others are denied with the remedy")
  func outOfDescriptors() async {
    await #expect(processExitsWith: .success) {
      let guests = try Guests()
      let configuration = GuestProcessConfiguration(
        name: "big", guest: GuestConfiguration(payload: .created, vcpus: 100))
      let fleet = try guests.start(configuration)
      let pid = fleet.pids[0]
      // The open ones, and less than a third of the 201 that the VM and its vCPUs need.
      let held = try openDescriptors().count
      try setLimit(held + 60)
      guard guests.input.refresh() == [.appeared(path: "kvm/big", .process(pid))] else { exit(2) }
      guests.sampler.pass()
      let entries = guests.sampler.plan.entries.filter { $0.group.name == "kvm" }
      guard entries.count > 20, entries.count < 60 else { exit(3) }
      guard entries.allSatisfy({ guests.sampler.status(of: $0) == .up }) else { exit(4) }
      guard let source = guests.source("kvm/big") else { exit(5) }
      let denied = source.children.filter { $0.status == .denied(code: EMFILE) }
      guard denied.count + entries.count - 1 == 100 else { exit(6) }
      guard
        source.diagnosticTexts.contains(where: { $0.contains("EMFILE") && $0.contains("ulimit -n") }
        )
      else { exit(7) }
      // A scan that cannot list processes removes no VM.
      for _ in 0..<5 {
        guard guests.rescan() == [] else { exit(8) }
      }
      guard source.diagnosticTexts.count <= 17,
        guests.tree.source("kvm").diagnosticTexts.count <= 17
      else {
        exit(9)
      }
      // With free descriptors the other groups are attached and the diagnostic is cleared.
      try setLimit(held + 500)
      guests.rescan()
      guard guests.input.descriptors.count == 101 else { exit(10) }
      guard source.children.allSatisfy({ $0.status == .up }) else { exit(11) }
      _ = guests.input.refresh()
      guard !source.diagnosticTexts.contains(where: { $0.contains("EMFILE") }) else { exit(12) }
      guard source.groups.contains(where: { $0.name == "memory" }) else { exit(13) }
      for fleet in guests.fleets { fleet.stop() }
    }
  }

  @Test("The documented example hands over its descriptors")
  func example() throws {
    let directory = try FakeSystem()
    let program = "\(directory.root)/handover"
    let compiler = try Pipe()
    let cc = try ChildProcess(
      executable: "/usr/bin/cc",
      arguments: ["-D_GNU_SOURCE", "-o", program, "\(Repository.root)/Examples/C/handover.c"],
      output: compiler.writer)
    #expect(waits(seconds: 20) { cc.hasExited })
    let guests = try Guests(methods: [.handover])
    let socket = "\(guests.system.roots.handover)/example.sock"
    let output = try Pipe()
    let vmm = try ChildProcess(
      executable: program, arguments: [socket, "example"], output: output.writer)
    try guests.system.link("proc/\(vmm.pid)", to: "/proc/\(vmm.pid)")
    try #require(waits { (try? FileStatus(socket))?.isSocket == true })
    let isThere = waits {
      guests.rescan()
      return guests.vms == ["example"]
    }
    #expect(isThere)
    #expect(guests.input.descriptors.count == 3)
    #expect(guests.group("kvm", of: "kvm/example/vcpu1")?.provenance == .handover)
    guests.sampler.pass()
    #expect(guests.value("exits", of: "kvm/example/vcpu1") == 0)
    _ = guests.input.refresh()
    vmm.kill()
    #expect(
      guests.input.refresh() == [
        .gone(path: "kvm/example", .process(vmm.pid), reason: "process \(vmm.pid) ended")
      ])
    #expect(guests.input.descriptors.count == 0)
  }
}

/// setrlimit(2) of RLIMIT_NOFILE, the soft limit.
private func setLimit(_ count: Int) throws {
  var limit = rlimit()
  let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
  unsafe getrlimit(resource, &limit)
  limit.rlim_cur = rlim_t(count)
  guard unsafe setrlimit(resource, &limit) == 0 else {
    throw SystemError(call: "setrlimit", object: "\(count)", code: errno)
  }
}
