import Glibc
import KVMGuests
import LinuxSystem
import Statistics
import StatsTree
import TestSupport
import Testing

@testable import KVMStats

/// Which way a VM's numbers come, and what is said where a way is closed.
@Suite(.serialized, .enabled(if: Guests.areUsable, "no usable /dev/kvm"), .timeLimit(.minutes(1)))
struct RungTests {
  private func guest(_ name: String, vcpus: Int = 2, keeps: Bool = true) -> HoldConfiguration {
    HoldConfiguration(
      name: name,
      guest: GuestConfiguration(payload: .idle, vcpus: vcpus, keepsStatsDescriptors: keeps))
  }

  @Test("A VMM that keeps no statistics is read by debugging files, or it is said why not")
  func noDescriptors() throws {
    let guests = try Guests(rungs: [.pidfd, .qmp, .debugfs])
    try guests.start(guest("bare", keeps: false))
    _ = guests.input.refresh()
    // An announcement of it holds the last resorts back for a while.
    sleepNanoseconds(KVMInput.settlingTime + 10_000_000)
    _ = guests.input.refresh()
    let source = try #require(guests.source("kvm/bare"))
    #expect(source.remarks.contains { $0.contains("guest-holder keeps no statistics descriptor") })
    #expect(source.remarks.contains { $0.hasPrefix("qmp: no -qmp socket") })
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
      #expect(source.remarks.contains { $0.hasPrefix("debugfs: ") })
    }
    #expect(source.children.map(\.name) == ["vcpu0", "vcpu1"])
    for vcpu in source.children { #expect(vcpu.groups.map(\.name) == ["sched"]) }
    let count = source.remarks.count
    for _ in 0..<3 {
      guests.input.scanAll()
      _ = guests.input.refresh()
    }
    #expect(source.remarks.count == count)
  }

  @Test("Only the ways that are asked for are gone", arguments: [[], [KVMInput.Rung.debugfs]])
  func restricted(rungs: [KVMInput.Rung]) throws {
    let guests = try Guests(rungs: Set(rungs))
    try guests.start(guest("web"))
    _ = guests.input.refresh()
    sleepNanoseconds(KVMInput.settlingTime + 10_000_000)
    _ = guests.input.refresh()
    #expect(guests.input.descriptors.count == 0)
    let source = try #require(guests.source("kvm/web"))
    #expect(source.children.count == 2)
    let provenances = source.groups.filter { $0.name == "kvm" }.map(\.provenance)
    #expect(rungs.isEmpty ? provenances == [] : provenances.allSatisfy { $0 == .debugfs })
    for vcpu in source.children { #expect(vcpu.groups.map(\.name) == ["sched"]) }
    #expect(!source.remarks.contains { $0.hasPrefix("pidfd_getfd") || $0.hasPrefix("qmp") })
  }

  @Test("Out of descriptors: what fits is up, the rest is denied with the remedy, nobody is lost")
  func outOfDescriptors() async {
    await #expect(processExitsWith: .success) {
      let guests = try Guests()
      let configuration = HoldConfiguration(
        name: "big", guest: GuestConfiguration(payload: .created, vcpus: 100))
      let fleet = try guests.start(configuration)
      let pid = fleet.pids[0]
      // Held ones, and half of the 201 that the machine and its vCPUs would take.
      let held = try openDescriptors().count
      try setLimit(held + 60)
      guard guests.input.refresh() == [.appeared(path: "kvm/big", pid: pid)] else { exit(2) }
      guests.sampler.pass()
      let entries = guests.sampler.plan.entries.filter { $0.group.name == "kvm" }
      guard entries.count > 20, entries.count < 60 else { exit(3) }
      guard entries.allSatisfy({ guests.sampler.status(of: $0) == .up }) else { exit(4) }
      guard let source = guests.source("kvm/big") else { exit(5) }
      let denied = source.children.filter { $0.status == .denied(code: EMFILE) }
      guard denied.count + entries.count - 1 == 100 else { exit(6) }
      guard source.remarks.contains(where: { $0.contains("EMFILE") && $0.contains("ulimit -n") })
      else { exit(7) }
      // A look at a host that cannot be listed lets go of nobody.
      for _ in 0..<5 {
        guests.input.scanAll()
        guard guests.input.refresh() == [] else { exit(8) }
      }
      guard source.remarks.count <= 17, guests.tree.source("kvm").remarks.count <= 17 else {
        exit(9)
      }
      // Once there is room, the rest comes and the remark goes.
      try setLimit(held + 500)
      guests.input.scanAll()
      guard guests.input.descriptors.count == 101 else { exit(10) }
      guard source.children.allSatisfy({ $0.status == .up }) else { exit(11) }
      _ = guests.input.refresh()
      guard !source.remarks.contains(where: { $0.contains("EMFILE") }) else { exit(12) }
      guard source.groups.contains(where: { $0.name == "memory" }) else { exit(13) }
      for fleet in guests.fleets { fleet.stop() }
    }
  }

  @Test("The example of the documents hands over as they say")
  func example() throws {
    let directory = try FakeSystem()
    let program = "\(directory.root)/handover"
    let compiler = try Pipe()
    let cc = try ChildProcess(
      executable: "/usr/bin/cc",
      arguments: ["-D_GNU_SOURCE", "-o", program, "\(Repository.root)/docs/examples/handover.c"],
      output: compiler.writer)
    #expect(waits(seconds: 20) { cc.hasEnded })
    let guests = try Guests(rungs: [.handover])
    let socket = "\(guests.system.roots.handover)/example.sock"
    let output = try Pipe()
    let vmm = try ChildProcess(
      executable: program, arguments: [socket, "example"], output: output.writer)
    try guests.system.link("proc/\(vmm.pid)", to: "/proc/\(vmm.pid)")
    try #require(waits { (try? FileStatus(socket))?.isSocket == true })
    let isThere = waits {
      guests.input.scanAll()
      return guests.vms == ["example"]
    }
    #expect(isThere)
    #expect(guests.input.descriptors.count == 3)
    #expect(guests.group("kvm", of: "kvm/example/vcpu1")?.provenance == .handover)
    guests.sampler.pass()
    #expect(guests.value("exits", of: "kvm/example/vcpu1") == 0)
    _ = guests.input.refresh()
    vmm.kill()
    #expect(guests.input.refresh() == [.gone(path: "kvm/example", pid: vmm.pid)])
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
