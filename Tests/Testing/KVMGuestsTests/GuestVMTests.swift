import Glibc
import KVMGuests
import LinuxSystem
import Testing

// Serialized, because the tests count the threads and descriptors of this process.
@Suite(.serialized, .enabled(if: TestHost.hasGuests, "no usable /dev/kvm"), .timeLimit(.minutes(1)))
struct GuestVMTests {
  private func stats(_ vm: GuestVM, _ index: Int = 0) throws -> KVMStatistics {
    try KVMStatistics(vm.vcpuStatsDescriptor(index))
  }

  @Test(
    "A counted payload makes exactly the configured number of exits",
    arguments: [0, 1, 1000, 20_000])
  func counted(exits: Int) throws {
    let vm = try GuestVM(
      GuestConfiguration(payload: .counted(exits: exits), vcpus: 2))
    #expect(vm.waitUntilFinished())
    for index in 0..<2 {
      let stats = try stats(vm, index)
      #expect(vm.handledExits(index) == exits)
      #expect(stats["fpu_reload"] == UInt64(exits))
      // Interrupts of the host may add exits.
      #expect((exits...exits + 20 + exits / 20).contains(Int(stats["exits"] ?? 0)))
      if TestHost.isPVM {
        #expect(stats["insn_emulation"] == UInt64(exits * 2))
      } else {
        #expect(stats["io_exits"] == UInt64(exits))
      }
      #expect(stats["signal_exits"] == 0)
      #expect(stats["halt_exits"] == 0)
    }
  }

  @Test(
    "The VMM and the kernel count the same exits of a running payload",
    arguments: [
      (Payload.portIO, "fpu_reload"), (.mmio, "mmio_exits"),
    ])
  func busy(payload: Payload, name: String) throws {
    let begin = monotonicNanoseconds()
    let vm = try GuestVM(GuestConfiguration(payload: payload, vcpus: 2))
    let descriptor = try vm.vcpuStatsDescriptor(1)
    sleepNanoseconds(300_000_000)
    vm.stop()
    let count = try KVMStatistics(descriptor)[name] ?? 0
    // The last run may have been interrupted before the guest exited.
    #expect((0...1).contains(Int(count) - vm.handledExits(1)))
    // Two per millisecond, however long the sleep took.
    let maximum = 100 + Int((monotonicNanoseconds() - begin) / 500_000)
    #expect((100...maximum).contains(vm.handledExits(1)))
  }

  @Test("Each vCPU that waits for its timer changes its own halt statistics")
  func haltTimer() throws {
    let begin = monotonicNanoseconds()
    let vm = try GuestVM(GuestConfiguration(payload: .haltTimer, vcpus: 3))
    sleepNanoseconds(500_000_000)
    for index in 0..<3 {
      let stats = try stats(vm, index)
      // One per ten milliseconds, however long the sleep took.
      let maximum = 10 + (monotonicNanoseconds() - begin) / 10_000_000
      #expect((20...maximum).contains(stats["halt_exits"] ?? 0))
      #expect((20...maximum).contains(stats["irq_injections"] ?? 0))
      #expect(stats["halt_wakeup"] ?? 0 > 0)
      #expect(stats["halt_wait_ns"] ?? 0 > 200_000_000)
      #expect(stats["halt_wait_hist"] ?? 0 > 0)
    }
    #expect(vm.failure == nil)
  }

  @Test(
    "Short halts change the poll statistics",
    .enabled(if: TestHost.pollsHalts, "the parameter halt_poll_ns of KVM is 0"))
  func haltPoll() throws {
    let vm = try GuestVM(
      GuestConfiguration(payload: .haltTimer, pace: .perSecond(20_000)))
    let descriptor = try vm.vcpuStatsDescriptor(0)
    let polls = try TestHost.waits {
      let stats = try KVMStatistics(descriptor)
      return stats["halt_successful_poll"] ?? 0 > 0 && stats["halt_poll_success_hist"] ?? 0 > 0
    }
    #expect(polls)
  }

  @Test("An idle vCPU blocks", arguments: [true, false])
  func idle(keepsStats: Bool) throws {
    let vm = try GuestVM(
      GuestConfiguration(payload: .idle, vcpus: 2, keepsStatsDescriptors: keepsStats))
    let descriptor = try vm.vcpuStatsDescriptor(1)
    let blocks = try TestHost.waits { try KVMStatistics(descriptor)["blocking"] == 1 }
    #expect(blocks)
    let stats = try KVMStatistics(descriptor)
    #expect(stats["halt_exits"] ?? 0 >= 1)
    #expect(stats["irq_injections"] == 0)
  }

  @Test("The statistics id and the thread name identify the thread of each vCPU")
  func names() throws {
    let vm = try GuestVM(GuestConfiguration(payload: .idle, vcpus: 2))
    #expect(vm.vcpuThreads.count == 2)
    for (index, thread) in vm.vcpuThreads.enumerated() {
      #expect(try stats(vm, index).id == "kvm-\(thread)/vcpu-\(index)")
      #expect(try readText("/proc/self/task/\(thread)/comm") == "CPU \(index)/KVM\n")
    }
    let vmStatistics = try KVMStatistics(vm.vmStatsDescriptor())
    #expect(vmStatistics.id.hasPrefix("kvm-"))
  }

  @Test("A VMM keeps exactly the configured descriptors open", arguments: [true, false])
  func kept(keepsStats: Bool) async {
    // In a separate process, because other tests open such descriptors, too.
    await #expect(processExitsWith: .success) { [keepsStats] in
      let vm = try GuestVM(
        GuestConfiguration(payload: .portIO, vcpus: 3, keepsStatsDescriptors: keepsStats))
      let count = try TestHost.kvmDescriptors().filter { $0.contains("stats") }.count
      #expect(count == (keepsStats ? 4 : 0))
      let another = try KVMStatistics(vm.vcpuStatsDescriptor(2))
      #expect(another["exits"] != nil)
    }
  }

  @Test(
    "A stopped VM leaves no threads and no descriptors",
    arguments: [
      Payload.portIO, .mmio, .haltTimer, .idle, .counted(exits: 10), .created,
    ])
  func stop(payload: Payload) async {
    await #expect(processExitsWith: .success) { [name = payload.description as String] in
      let payload = try #require(Payload(name))
      let vm = try GuestVM(GuestConfiguration(payload: payload, vcpus: 4))
      #expect(try TestHost.vcpuThreads().count == 4)
      sleepNanoseconds(20_000_000)
      let begin = monotonicNanoseconds()
      vm.stop()
      // stop() joins threads and never returns if one hangs.
      #expect(monotonicNanoseconds() - begin < 10_000_000_000)
      #expect(try TestHost.vcpuThreads() == [])
      #expect(try TestHost.kvmDescriptors() == [])
      #expect(vm.failure == nil)
      #expect(throws: SystemError.self) { _ = try vm.vcpuStatsDescriptor(0) }
      vm.stop()
    }
  }

  @Test("All statistics of 64 vCPUs that never ran are zero")
  func created() throws {
    let vm = try GuestVM(GuestConfiguration(payload: .created, vcpus: 64))
    #expect(vm.vcpuThreads.count == 64)
    for index in 0..<64 {
      #expect(try stats(vm, index).nonzeroNames == [])
    }
  }

  @Test("Too many vCPUs are rejected with the kernel's error, and all threads exit")
  func tooMany() throws {
    let system = try KVMSystem()
    let limit = try system.maximumVCPUCount()
    #expect(limit >= 1)
    let error = #expect(throws: SystemError.self) {
      try GuestVM(GuestConfiguration(payload: .created, vcpus: limit + 1))
    }
    #expect(error?.call == "KVM_CREATE_VCPU")
    #expect(error?.code == EINVAL)
    #expect(try TestHost.vcpuThreads() == [])
  }
}
