import Glibc
import KVMGuests
import LinuxSystem
import Statistics
import StatsInput
import StatsTree
import TestSupport
import Testing

@testable import KVMStats

@Suite(.serialized, .enabled(if: Guests.areUsable, "no usable /dev/kvm"), .timeLimit(.minutes(1)))
struct KVMInputGuestTests {
  private func guest(
    _ name: String, _ payload: Payload = .idle, vcpus: Int = 2, keeps: Bool = true
  ) -> GuestProcessConfiguration {
    GuestProcessConfiguration(
      name: name,
      guest: GuestConfiguration(payload: payload, vcpus: vcpus, keepsStatsDescriptors: keeps))
  }

  @Test("VMs are found with their names, UUIDs, threads and statistics")
  func found() throws {
    let guests = try Guests()
    let fleet = try guests.start(guest("web", .haltTimer), guest("data/base", vcpus: 3))
    let events = guests.input.refresh()
    #expect(
      Set(events) == [
        .appeared(path: "kvm/web", .process(fleet.pids[0])),
        .appeared(path: "kvm/data%2fbase", .process(fleet.pids[1])),
      ])
    for (index, name) in ["web", "data%2fbase"].enumerated() {
      let source = try #require(guests.source("kvm/\(name)"))
      #expect(source.labels["uuid"] == fleet.configurations[index].uuid)
      #expect(source.labels["pid"] == "\(fleet.pids[index])")
      #expect(source.labels["vmm"] == "guest-holder")
      #expect(source.keys == ["vm": name] && source.owner == getuid() && source.status == .up)
      #expect(source.groups.filter { $0.name == "kvm" }.map(\.provenance) == [.pidfd])
      #expect(source.children.map(\.name) == (0..<2 + index).map { "vcpu\($0)" })
      for vcpu in source.children {
        #expect(vcpu.groups.map(\.name).sorted() == ["kvm", "sched"])
        #expect(vcpu.status == .up && vcpu.diagnosticTexts == [])
        let tid = try #require(vcpu.labels["tid"])
        let comm = try readText("/proc/\(fleet.pids[index])/task/\(tid)/comm")
        #expect(comm == "CPU \(vcpu.name.dropFirst(4))/KVM\n")
      }
    }
    guests.sampler.pass()
    for entry in guests.sampler.plan.entries {
      #expect(guests.sampler.status(of: entry) == .up, "\(entry.source.path) \(entry.group.name)")
    }
    #expect(guests.value("run_ns", of: "kvm/web/vcpu0", group: "sched") ?? 0 > 0)
    #expect(guests.input.refresh() == [])
  }

  @Test("A guest's exits are counted exactly", arguments: [0, 1, 1234])
  func counted(exits: Int) throws {
    let guests = try Guests()
    try guests.start(guest("counted", .counted(exits: exits)))
    _ = guests.input.refresh()
    let isDone = waits {
      guests.sampler.pass()
      return (0..<2).allSatisfy {
        guests.value("fpu_reload", of: "kvm/counted/vcpu\($0)") == UInt64(exits)
      }
    }
    #expect(isDone)
    sleepNanoseconds(20_000_000)
    guests.sampler.pass()
    for number in 0..<2 {
      #expect(guests.value("fpu_reload", of: "kvm/counted/vcpu\(number)") == UInt64(exits))
      #expect(guests.value("exits", of: "kvm/counted/vcpu\(number)") ?? 0 >= UInt64(exits))
    }
  }

  @Test("VMs of equal names get distinct paths, which do not change")
  func equalNames() throws {
    let guests = try Guests()
    let fleet = try guests.start(guest("same"), guest("same"), guest("same"))
    _ = guests.input.refresh()
    let pids = fleet.pids.sorted()
    #expect(guests.vms == ["same", "same~\(pids[1])", "same~\(pids[2])"])
    #expect(guests.source("kvm/same")?.labels["pid"] == "\(pids[0])")
    fleet.kill(try #require(fleet.pids.firstIndex(of: pids[0])))
    #expect(
      guests.input.refresh() == [
        .gone(path: "kvm/same", .process(pids[0]), reason: "process \(pids[0]) ended")
      ])
    #expect(guests.vms == ["same~\(pids[1])", "same~\(pids[2])"])
  }

  @Test("A VM that starts later is found by its announcement, with all descriptors")
  func later() throws {
    let guests = try Guests()
    #expect(guests.input.refresh() == [])
    try #require(guests.tree.source("kvm").diagnosticTexts == [])
    let fleet = try guests.start(guest("late"))
    let begin = monotonicNanoseconds()
    let isFound = waits(seconds: 2) {
      guests.input.wait(until: monotonicNanoseconds() + 10_000_000)
      return guests.input.refresh() == [.appeared(path: "kvm/late", .process(fleet.pids[0]))]
    }
    #expect(isFound)
    #expect(monotonicNanoseconds() - begin < 2_000_000_000)
    let isComplete = waits(seconds: 2) {
      _ = guests.input.refresh()
      return guests.input.descriptors.count == 3
    }
    #expect(isComplete)
    // The diagnostics of the incomplete VM were cleared.
    #expect(guests.source("kvm/late")?.diagnosticTexts == [])
    #expect(guests.group("kvm", of: "kvm/late")?.provenance == .pidfd)
  }

  @Test("A killed VMM is reported once and its descriptors are closed; other VMs continue")
  func killed() throws {
    let guests = try Guests()
    let fleet = try guests.start(guest("dies"), guest("lives", .counted(exits: 77)))
    _ = guests.input.refresh()
    guests.sampler.pass()
    #expect(guests.input.descriptors.count == 6)
    let dead = try #require(guests.source("kvm/dies"))
    fleet.kill(0)
    #expect(
      guests.input.refresh() == [
        .gone(path: "kvm/dies", .process(fleet.pids[0]), reason: "process \(fleet.pids[0]) ended")
      ])
    #expect(guests.input.descriptors.count == 3)
    #expect(guests.vms == ["lives"])
    #expect(dead.status == .gone && dead.child("vcpu0")?.status == .gone)
    for _ in 0..<3 { #expect(guests.input.refresh() == []) }
    let isRight = waits {
      guests.sampler.pass()
      return guests.value("fpu_reload", of: "kvm/lives/vcpu1") == 77
    }
    #expect(isRight)
    #expect(guests.rescan() == [])
  }

  @Test("A VMM that ends between a refresh and a pass disturbs neither")
  func killedBeforePass() throws {
    let guests = try Guests()
    let fleet = try guests.start(guest("dies", .haltTimer), guest("lives"))
    _ = guests.input.refresh()
    guests.sampler.pass()
    fleet.kill(0)
    guests.sampler.pass()
    let entries = guests.sampler.plan.entries
    for entry in entries where entry.source.path.hasPrefix("kvm/lives") {
      #expect(guests.sampler.status(of: entry) == .up)
    }
    // The threads are gone; the kernel keeps the last values of the VM's descriptors.
    let threads = entries.filter {
      $0.source.path.hasPrefix("kvm/dies/") && $0.group.name == "sched"
    }
    #expect(threads.count == 2)
    for entry in threads { #expect(guests.sampler.status(of: entry) == .gone) }
    #expect(
      guests.input.refresh() == [
        .gone(path: "kvm/dies", .process(fleet.pids[0]), reason: "process \(fleet.pids[0]) ended")
      ])
    guests.sampler.pass()
    #expect(!guests.sampler.plan.entries.contains { $0.source.path.hasPrefix("kvm/dies") })
  }

  @Test("wait(until:) releases a VM that ends during the wait")
  func killedWhileWaiting() throws {
    let guests = try Guests()
    let fleet = try guests.start(guest("dies"))
    _ = guests.input.refresh()
    let killer = try SystemThread(name: "killer") {
      sleepNanoseconds(30_000_000)
      fleet.kill(0)
    }
    guests.input.wait(until: monotonicNanoseconds() + 300_000_000)
    killer.join()
    #expect(guests.input.descriptors.count == 0)
    #expect(guests.input.refresh().count == 1)
  }

  @Test("Seventy VMs that end together are released in one refresh")
  func manyEnd() throws {
    let guests = try Guests()
    let fleet = try GuestFleet(
      (0..<70).map { guest("vm\($0)", .created, vcpus: 1) }, launcher: Guests.holder(),
      readyWithin: .seconds(30))
    defer { fleet.stop() }
    for pid in fleet.pids { try guests.system.link("proc/\(pid)", to: "/proc/\(pid)") }
    #expect(guests.input.refresh().count == 70)
    #expect(guests.input.descriptors.count == 140)
    fleet.stop()
    #expect(guests.input.refresh().count == 70)
    #expect(guests.input.descriptors.count == 0 && guests.vms == [])
  }
}
