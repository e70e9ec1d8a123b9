import Glibc
import KVMGuests
import LinuxSystem
import Testing

// One after the other: the tests count this process's threads and descriptors.
@Suite(.serialized, .enabled(if: Host.hasGuests, "no usable /dev/kvm"), .timeLimit(.minutes(1)))
struct GuestVMTests {
  private func stats(_ vm: GuestVM, _ index: Int = 0) throws -> Statistics {
    try Statistics(vm.vcpuStatsDescriptor(index))
  }

  @Test("A counted payload makes exactly its number of exits", arguments: [0, 1, 1000, 20_000])
  func counted(exits: Int) throws {
    let vm = try GuestVM(
      GuestConfiguration(payload: .counted(exits: exits), vcpus: 2))
    #expect(vm.waitUntilFinished())
    for index in 0..<2 {
      let stats = try stats(vm, index)
      #expect(vm.handledExits(index) == exits)
      #expect(stats["fpu_reload"] == UInt64(exits))
      // Interrupts of the host may add some.
      #expect((exits...exits + 20 + exits / 20).contains(Int(stats["exits"] ?? 0)))
      if Host.isPVM {
        #expect(stats["insn_emulation"] == UInt64(exits * 2))
      } else {
        #expect(stats["io_exits"] == UInt64(exits))
      }
      #expect(stats["signal_exits"] == 0)
      #expect(stats["halt_exits"] == 0)
    }
  }

  @Test(
    "The VMM's own count of a running payload is the kernel's",
    arguments: [
      (Payload.portIO, "fpu_reload"), (.mmio, "mmio_exits"),
    ])
  func busy(payload: Payload, name: String) throws {
    let begin = monotonicNanoseconds()
    let vm = try GuestVM(GuestConfiguration(payload: payload, vcpus: 2))
    let descriptor = try vm.vcpuStatsDescriptor(1)
    sleepNanoseconds(300_000_000)
    vm.stop()
    let count = try Statistics(descriptor)[name] ?? 0
    // The last run may have been ended before the guest did anything.
    #expect((0...1).contains(Int(count) - vm.handledExits(1)))
    // Two in a millisecond, however long the sleep was.
    let most = 100 + Int((monotonicNanoseconds() - begin) / 500_000)
    #expect((100...most).contains(vm.handledExits(1)))
  }

  @Test("A vCPU that waits for its timer moves the halt statistics, each vCPU its own")
  func haltTimer() throws {
    let begin = monotonicNanoseconds()
    let vm = try GuestVM(GuestConfiguration(payload: .haltTimer, vcpus: 3))
    sleepNanoseconds(500_000_000)
    for index in 0..<3 {
      let stats = try stats(vm, index)
      // One each ten milliseconds, however long the sleep was.
      let most = 10 + (monotonicNanoseconds() - begin) / 10_000_000
      #expect((20...most).contains(stats["halt_exits"] ?? 0))
      #expect((20...most).contains(stats["irq_injections"] ?? 0))
      #expect(stats["halt_wakeup"] ?? 0 > 0)
      #expect(stats["halt_wait_ns"] ?? 0 > 200_000_000)
      #expect(stats["halt_wait_hist"] ?? 0 > 0)
    }
    #expect(vm.failure == nil)
  }

  @Test(
    "Short halts move the poll statistics",
    .enabled(if: Host.pollsHalts, "KVM's parameter halt_poll_ns is 0"))
  func haltPoll() throws {
    let vm = try GuestVM(
      GuestConfiguration(payload: .haltTimer, pace: .perSecond(20_000)))
    let descriptor = try vm.vcpuStatsDescriptor(0)
    let polls = try Host.waits {
      let stats = try Statistics(descriptor)
      return stats["halt_successful_poll"] ?? 0 > 0 && stats["halt_poll_success_hist"] ?? 0 > 0
    }
    #expect(polls)
  }

  @Test("An idle vCPU blocks", arguments: [true, false])
  func idle(keepsStats: Bool) throws {
    let vm = try GuestVM(
      GuestConfiguration(payload: .idle, vcpus: 2, keepsStatsDescriptors: keepsStats))
    let descriptor = try vm.vcpuStatsDescriptor(1)
    let blocks = try Host.waits { try Statistics(descriptor)["blocking"] == 1 }
    #expect(blocks)
    let stats = try Statistics(descriptor)
    #expect(stats["halt_exits"] ?? 0 >= 1)
    #expect(stats["irq_injections"] == 0)
  }

  @Test("The statistics' id and the thread's name tell which thread runs which vCPU")
  func names() throws {
    let vm = try GuestVM(GuestConfiguration(payload: .idle, vcpus: 2))
    #expect(vm.vcpuThreads.count == 2)
    for (index, thread) in vm.vcpuThreads.enumerated() {
      #expect(try stats(vm, index).id == "kvm-\(thread)/vcpu-\(index)")
      #expect(try readText("/proc/self/task/\(thread)/comm") == "CPU \(index)/KVM\n")
    }
    let own = try Statistics(vm.vmStatsDescriptor())
    #expect(own.id.hasPrefix("kvm-"))
  }

  @Test("What a VMM keeps open is what was asked for", arguments: [true, false])
  func kept(keepsStats: Bool) async {
    // A process of its own: other tests open such descriptors, too.
    await #expect(processExitsWith: .success) { [keepsStats] in
      let vm = try GuestVM(
        GuestConfiguration(payload: .portIO, vcpus: 3, keepsStatsDescriptors: keepsStats))
      let count = try Host.kvmDescriptors().filter { $0.contains("stats") }.count
      #expect(count == (keepsStats ? 4 : 0))
      let another = try Statistics(vm.vcpuStatsDescriptor(2))
      #expect(another["exits"] != nil)
    }
  }

  @Test(
    "Stopping leaves neither thread nor descriptor",
    arguments: [
      Payload.portIO, .mmio, .haltTimer, .idle, .counted(exits: 10), .created,
    ])
  func stop(payload: Payload) async {
    await #expect(processExitsWith: .success) { [name = payload.description as String] in
      let payload = try #require(Payload(name))
      let vm = try GuestVM(GuestConfiguration(payload: payload, vcpus: 4))
      #expect(try Host.vcpuThreads().count == 4)
      sleepNanoseconds(20_000_000)
      let begin = monotonicNanoseconds()
      vm.stop()
      // It joins threads; a machine that hangs would take for ever.
      #expect(monotonicNanoseconds() - begin < 10_000_000_000)
      #expect(try Host.vcpuThreads() == [])
      #expect(try Host.kvmDescriptors() == [])
      #expect(vm.failure == nil)
      #expect(throws: SystemError.self) { _ = try vm.vcpuStatsDescriptor(0) }
      vm.stop()
    }
  }

  @Test("A vCPU that never ran shows nothing but zeros, and is cheap")
  func created() throws {
    let vm = try GuestVM(GuestConfiguration(payload: .created, vcpus: 64))
    #expect(vm.vcpuThreads.count == 64)
    for index in 0..<64 {
      #expect(try stats(vm, index).moved == [])
    }
  }

  @Test("Too many vCPUs are refused with the kernel's reason, and nothing is left")
  func tooMany() throws {
    let system = try KVMSystem()
    let limit = try system.vcpuLimit()
    #expect(limit >= 1)
    let error = #expect(throws: SystemError.self) {
      try GuestVM(GuestConfiguration(payload: .created, vcpus: limit + 1))
    }
    #expect(error?.call == "KVM_CREATE_VCPU")
    #expect(error?.code == EINVAL)
    #expect(try Host.vcpuThreads() == [])
  }
}
