import Glibc
import KVMGuests
import KVMKernelReader
import LinuxSystem
import Statistics
import StatsInput
import StatsTree
import TestSupport
import Testing

@testable import KVMStats
@testable import KVMStatsFormat

/// BPF on VMs of other processes that keep no statistics descriptors.
@Suite(
  .serialized, .enabled(if: BPFHost.isUsable, "no BPF or no usable /dev/kvm"),
  .timeLimit(.minutes(2)))
struct KernelReaderMethodTests {
  private func guest(
    _ name: String, _ payload: Payload = .idle, vcpus: Int = 2, keeps: Bool = false
  ) -> GuestProcessConfiguration {
    GuestProcessConfiguration(
      name: name,
      guest: GuestConfiguration(payload: payload, vcpus: vcpus, keepsStatsDescriptors: keeps))
  }

  /// Refreshes before and after the settling time of an announcement.
  private func settle(_ guests: Guests) {
    _ = guests.input.refresh()
    sleepNanoseconds(KVMInput.settlingTime + 10_000_000)
    _ = guests.input.refresh()
  }

  private func pins(_ guests: Guests) -> Int {
    if case .success(let records) = guests.input.kernelReader?.reader { records.count } else { 0 }
  }

  @Test("All statistics of the VM and its vCPUs are read, with the exact number of exits")
  func counted() throws {
    let guests = try Guests(methods: [.pidfd, .bpf, .debugfs])
    try guests.start(guest("bare", .counted(exits: 77), vcpus: 3))
    settle(guests)
    for path in ["kvm/bare", "kvm/bare/vcpu0", "kvm/bare/vcpu1", "kvm/bare/vcpu2"] {
      #expect(guests.group("kvm", of: path)?.provenance == .bpf, "\(path)")
    }
    let kernel = try KernelSchemas()
    #expect(guests.group("kvm", of: "kvm/bare")?.schema == kernel.vm)
    #expect(guests.group("kvm", of: "kvm/bare/vcpu1")?.schema == kernel.vcpu)
    let isRight = waits {
      guests.sampler.pass()
      return (0..<3).allSatisfy { guests.value("fpu_reload", of: "kvm/bare/vcpu\($0)") == 77 }
    }
    #expect(isRight)
    // The kernel reports the threads as well.
    #expect(guests.source("kvm/bare/vcpu2")?.groups.map(\.name).sorted() == ["kvm", "sched"])
  }

  @Test("All values equal those of the VMM's statistics descriptors")
  func sameWords() throws {
    let direct = try Guests(methods: [.pidfd])
    let fleet = try direct.start(guest("same", .counted(exits: 123), vcpus: 4, keeps: true))
    let kernel = try Guests(methods: [.bpf])
    for pid in fleet.pids { try kernel.system.link("proc/\(pid)", to: "/proc/\(pid)") }
    settle(direct)
    settle(kernel)
    let isOver = waits {
      direct.sampler.pass()
      return (0..<4).allSatisfy { direct.value("fpu_reload", of: "kvm/same/vcpu\($0)") == 123 }
    }
    try #require(isOver)
    kernel.sampler.pass()
    var compared = 0
    for entry in kernel.sampler.plan.entries where entry.group.provenance == .bpf {
      let other = try #require(
        direct.sampler.plan.entries.first {
          $0.source.path == entry.source.path && $0.group.provenance == .pidfd
        })
      #expect(other.group.schema == entry.group.schema)
      for statistic in entry.group.schema.statistics where !statistic.kind.isHistogram {
        #expect(
          kernel.sampler.value(statistic, of: entry) == direct.sampler.value(statistic, of: other),
          "\(entry.source.path) \(statistic.name)")
        compared += 1
      }
    }
    #expect(compared > 4 * 30)
  }

  @Test("Statistics descriptors have precedence over BPF, for each vCPU")
  func mixed() throws {
    let guests = try Guests(methods: [.pidfd, .bpf])
    let fleet = try guests.start(guest("kept", keeps: true), guest("bare"))
    settle(guests)
    #expect(guests.group("kvm", of: "kvm/kept/vcpu0")?.provenance == .pidfd)
    #expect(guests.group("kvm", of: "kvm/bare/vcpu0")?.provenance == .bpf)
    // Both belong to one family, so that a sum covers them.
    let one = guests.group("kvm", of: "kvm/kept/vcpu0")
    #expect(one?.family === guests.group("kvm", of: "kvm/bare/vcpu0")?.family)
    #expect(pins(guests) == 3)
    fleet.kill(1)
    #expect(
      guests.input.refresh() == [
        .gone(path: "kvm/bare", .process(fleet.pids[1]), reason: "process \(fleet.pids[1]) ended")
      ])
    #expect(pins(guests) == 0)
    guests.sampler.pass()
    #expect(!guests.sampler.plan.entries.contains { $0.source.path.hasPrefix("kvm/bare") })
  }

  @Test("A VMM that ends between a refresh and a pass keeps its last values and disturbs no other")
  func killedBeforePass() throws {
    let guests = try Guests(methods: [.bpf])
    let fleet = try guests.start(guest("dies", .haltTimer), guest("lives"))
    settle(guests)
    guests.sampler.pass()
    fleet.kill(0)
    guests.sampler.pass()
    for entry in guests.sampler.plan.entries where entry.group.provenance == .bpf {
      #expect(guests.sampler.status(of: entry) == .up, "\(entry.source.path)")
    }
    _ = guests.input.refresh()
    #expect(guests.vms == ["lives"] && pins(guests) == 3)
  }

  @Test("Without free descriptors some groups are up, the others are denied with the remedy")
  func outOfDescriptors() async {
    await #expect(processExitsWith: .success) {
      let guests = try Guests(methods: [.bpf])
      let fleet = try guests.start(
        GuestProcessConfiguration(
          name: "big",
          guest: GuestConfiguration(payload: .created, vcpus: 100, keepsStatsDescriptors: false)))
      defer { fleet.stop() }
      // Load the programs while descriptors are free.
      guard case .success(let reader) = guests.input.kernelReader?.loadedReader() else { exit(2) }
      _ = guests.input.refresh()
      var limit = rlimit()
      let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
      unsafe getrlimit(resource, &limit)
      limit.rlim_cur = rlim_t(try openDescriptors().count + 40)
      guard unsafe setrlimit(resource, &limit) == 0 else { exit(3) }
      sleepNanoseconds(KVMInput.settlingTime + 10_000_000)
      _ = guests.input.refresh()
      if reader.count == 101 { exit(0) }
      guests.sampler.pass()
      let entries = guests.sampler.plan.entries.filter { $0.group.provenance == .bpf }
      guard entries.count > 20, entries.count < 60 else { exit(4) }
      guard entries.allSatisfy({ guests.sampler.status(of: $0) == .up }) else { exit(5) }
      let texts = guests.source("kvm/big")?.diagnosticTexts ?? []
      guard texts.contains(where: { $0.hasPrefix("bpf: ") && $0.contains("ulimit -n") }) else {
        exit(6)
      }
    }
  }

  @Test("If BPF is unavailable, the next method is used and a diagnostic gives the reason")
  func falls() throws {
    let guests = try Guests(methods: [.bpf, .debugfs])
    guests.input.kernelReader?.reader = .failure(.lockdown)
    try guests.start(guest("bare"))
    settle(guests)
    let source = try #require(guests.source("kvm/bare"))
    #expect(source.diagnosticTexts.contains { $0.hasPrefix("bpf: lockdown (confidentiality)") })
    #expect(source.groups.filter { $0.name == "kvm" }.allSatisfy { $0.provenance == .debugfs })
    guests.rescan()
    #expect(source.diagnosticTexts.filter { $0.hasPrefix("bpf: ") }.count == 1)
  }

  @Test("Two observers of a VM do not mistake each other for its VMM")
  func watchers() throws {
    let guests = try Guests(methods: [.bpf])
    try guests.start(guest("one"))
    settle(guests)
    try #require(pins(guests) == 3)
    // This process has copies of the VM's descriptors and declares that it is an observer.
    #expect(try DescriptorScan(process: getpid(), roots: SystemRoots()).vms.isEmpty)
    let records = try #require(guests.input.kernelReader?.reader).get()
    let pinned = guests.source("kvm/one")?.labels["pid"].flatMap { Int32($0) }
    let found = try records.probe.walk()
    #expect(found.contains { $0.process == pinned })
    // Its calibration VM is not shown either.
    let system = try KVMSystem()
    let vm = try system.createVM()
    let number = vm.rawValue
    #expect(try records.probe.walk().contains { $0.process == getpid() && $0.descriptor == number })
    let tree = Tree()
    var options = KVMInput.Options()
    options.methods = [.bpf]
    let other = try KVMInput(tree, roots: SystemRoots(), options: options, ownProcess: -1)
    for _ in 0..<2 { _ = other.refresh() }
    #expect(tree.root.child("kvm")?.child("\(getpid())") == nil)
    #expect(tree.root.child("kvm")?.child("one") != nil)
    let identities = Set(found.filter { $0.process == pinned }.map(\.vm))
    #expect(!found.contains { $0.process == getpid() && identities.contains($0.vm) })
  }

  @Test("Walks find VMs that begin and end, with their own values, and leave none behind")
  func churn() throws {
    let tree = Tree()
    var options = KVMInput.Options()
    options.methods = [.bpf]
    options.rescanSeconds = 0
    let input = try KVMInput(tree, options: options)
    let sampler = Sampler(tree)
    var count = 0
    for round in 1...5 {
      let exits = (0..<3).map { 50 * round + $0 }
      let names = exits.map { "churn\(getpid())-\($0)" }
      let fleet = try GuestFleet(
        zip(names, exits).map { guest($0, .counted(exits: $1)) }, launcher: Guests.holder())
      func source(_ name: String) -> Source? { tree.root.child("kvm")?.child(name) }
      let areThere = waits {
        _ = input.refresh()
        return names.allSatisfy {
          source($0)?.child("vcpu1")?.groups.contains { $0.name == "kvm" } ?? false
        }
      }
      #expect(areThere)
      // One VM ends while its values are read.
      fleet.kill(round % 3)
      sampler.pass()
      for entry in sampler.plan.entries where entry.group.provenance == .bpf {
        guard let index = names.firstIndex(where: { entry.source.path.hasPrefix("kvm/\($0)/") }),
          let statistic = entry.group.schema["fpu_reload"],
          let value = sampler.value(statistic, of: entry)
        else { continue }
        // The value of another VM would be different.
        #expect(value <= UInt64(exits[index]))
        count += value == UInt64(exits[index]) ? 1 : 0
      }
      fleet.stop()
      _ = input.refresh()
      #expect(names.allSatisfy { source($0) == nil })
    }
    #expect(count > 0)
    sampler.pass()
    #expect(!sampler.plan.entries.contains { $0.source.path.contains("/churn\(getpid())-") })
  }
}
