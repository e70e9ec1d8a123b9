import Glibc
import KVMGuests
import LinuxSystem
import Statistics
import StatsTree
import TestSupport
import Testing

@testable import KVMStats

/// Aggregates over the VMs of a host and the vCPUs of a VM, with real guests.
@Suite(.serialized, .enabled(if: Guests.areUsable, "no usable /dev/kvm"), .timeLimit(.minutes(1)))
struct AggregateGuestTests {
  private func counted(_ name: String, exits: Int) -> GuestProcessConfiguration {
    GuestProcessConfiguration(
      name: name,
      guest: GuestConfiguration(
        payload: .counted(exits: exits), vcpus: 2, keepsStatsDescriptors: true))
  }

  @Test("The sum of the exits of all vCPUs does not fall when a VM ends")
  func exitsVCPUs()
    throws
  {
    let guests = try Guests()
    let first = try guests.start(counted("first", exits: 100))
    try guests.start(counted("second", exits: 20))
    _ = guests.input.refresh()
    func total(_ path: String) -> UInt64? {
      guests.value("fpu_reload", of: path, group: "vcpus.kvm")
    }
    let isDone = waits {
      guests.sampler.pass()
      return total("kvm") == 240
    }
    #expect(isDone)
    #expect(total("kvm/first") == 200 && total("kvm/second") == 40)
    first.stop()
    let isGone = waits {
      _ = guests.input.refresh()
      return guests.source("kvm/first") == nil
    }
    #expect(isGone)
    guests.sampler.pass()
    let entry = try #require(
      guests.sampler.plan.entries.first {
        $0.source.path == "kvm" && $0.group.name == "vcpus.kvm"
      })
    #expect(total("kvm") == 240 && total("kvm/first") == nil)
    let members = try #require(guests.sampler.members(of: entry))
    #expect(members.count == 2 && members.upCount == 2 && members.departedCount == 2)
    let index = try #require(entry.group.schema.index(of: "fpu_reload"))
    #expect(guests.sampler.retained(index, of: entry) == 200)
    let rate = guests.sampler.rate(entry.group.schema.statistics[index], of: entry)
    #expect(rate?.increase == 0 && rate?.afterReset == false)
  }
}

/// The sources of control groups, with simulated system files: this process is the VMM.
@Suite struct ControlGroupAggregateTests {
  private let system: FakeSystem
  private let tree = Tree()
  private let input: KVMInput
  private let pid = getpid()

  init() throws {
    system = try FakeSystem()
    var options = KVMInput.Options()
    options.methods = []
    options.rescanSeconds = 0
    input = try KVMInput(tree, roots: system.roots, options: options, ownProcess: -1)
    try system.addProcess(
      pid, arguments: ["vmm", "-name", "web"],
      descriptors: [
        5: "anon_inode:kvm-vm", 6: "anon_inode:kvm-vcpu:0", 7: "anon_inode:kvm-vcpu:1",
      ],
      threads: [101: "CPU 0/KVM", 102: "CPU 1/KVM"])
    try system.write("0::/machine.slice/web.scope\n", to: "proc/\(pid)/cgroup")
    try system.write(
      "usage_usec 70\n", to: "sys/fs/cgroup/machine.slice/web.scope/cpu.stat")
  }

  @Test("A control group aggregates the VMs in it and in those below it")
  func controlGroup() throws {
    _ = input.refresh()
    let paths = tree.sources(matching: try Pattern("cgroup")).map(\.path)
    #expect(paths == ["cgroup", "cgroup/machine.slice", "cgroup/machine.slice/web.scope"])
    let sampler = Sampler(tree)
    sampler.pass()
    for path in ["kvm", "kvm/web", "cgroup/machine.slice", "cgroup/machine.slice/web.scope"] {
      let entry = try #require(
        sampler.plan.entries.first { $0.source.path == path && $0.group.name == "vcpus.sched" })
      #expect(sampler.members(of: entry)?.upCount == 2, "\(path)")
      let slices = try #require(entry.group.schema["timeslices"])
      #expect(sampler.value(slices, of: entry) == 6, "\(path)")
    }
    let usage = try #require(
      sampler.plan.entries.first {
        $0.source.path == "cgroup/machine.slice" && $0.group.name == "vms.cgroup"
      })
    let statistic = try #require(usage.group.schema["usage_usec"])
    #expect(sampler.value(statistic, of: usage) == 70)
  }

  @Test("A control group without VMs has no source")
  func controlGroupWithout() throws {
    _ = input.refresh()
    #expect(tree.root.child("cgroup") != nil)
    input.forget(pid)
    #expect(tree.root.child("cgroup") == nil)
    _ = input.refresh()
    #expect(tree.find("cgroup/machine.slice/web.scope") != nil, "it reappears with its VM")
  }
}
