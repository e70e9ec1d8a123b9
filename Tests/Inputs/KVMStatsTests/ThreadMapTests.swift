import LinuxSystem
import TestSupport
import Testing

@testable import KVMStats

@Suite struct ThreadMapTests {
  private let system: FakeSystem

  init() throws {
    system = try FakeSystem()
  }

  private func map(
    _ threads: [Int32: String], _ wanted: Set<Int> = [0, 1], ids: [Int: String] = [:],
    isOnly: Bool = true
  ) throws -> [Int: Int32] {
    try system.addProcess(100, threads: threads)
    return ThreadMap(
      of: wanted, process: 100, vm: 9, isOnly: isOnly, ids: ids, roots: system.roots
    ).threads
  }

  private func debug(_ directory: String, _ threads: [Int: String]) throws {
    for (number, text) in threads {
      try system.write(text, to: "sys/kernel/debug/kvm/\(directory)/vcpu\(number)/pid")
    }
  }

  private static let plain: [Int32: String] = [101: "worker", 102: "worker", 103: "worker"]

  @Test(
    "The files of debugfs have precedence, whichever thread created the VM",
    arguments: ["100-9", "103-9"])
  func debugFiles(directory: String) throws {
    try debug(directory, [0: "101\n", 1: "102\n"])
    try debug("100-8", [0: "103\n"])
    try debug("555-9", [0: "103\n"])
    let ids = [0: "kvm-102/vcpu-0", 1: "kvm-101/vcpu-1"]
    #expect(try map([101: "CPU 1/KVM", 102: "CPU 0/KVM", 103: "x"], ids: ids) == [0: 101, 1: 102])
  }

  @Test("A vCPU that never ran has the thread in its id")
  func neverRan() throws {
    try debug("100-9", [0: "101\n", 1: "0\n"])
    let ids = [0: "kvm-101/vcpu-0", 1: "kvm-102/vcpu-1"]
    #expect(try map(Self.plain, ids: ids) == [0: 101, 1: 102])
  }

  @Test("Ids with the same creator identify no thread")
  func oneMaker() throws {
    let ids = [0: "kvm-101/vcpu-0", 1: "kvm-101/vcpu-1"]
    #expect(try map(Self.plain, ids: ids) == [:])
    #expect(
      try map([101: "maker", 102: "fc_vcpu 0", 103: "fc_vcpu 1"], ids: ids) == [0: 102, 1: 103])
  }

  @Test("The thread name of a single vCPU has precedence over its id")
  func single() throws {
    let ids = [0: "kvm-101/vcpu-0"]
    #expect(try map([101: "fc_api", 102: "fc_vcpu 0"], [0], ids: ids) == [0: 102])
    #expect(try map([101: "worker", 102: "worker"], [0], ids: ids) == [0: 101])
    #expect(try map([101: "worker"], [0], ids: [0: "kvm-100/vcpu-0"]) == [:])
  }

  @Test(
    "The thread names of each VMM are known",
    arguments: [
      ("CPU 1/KVM", 1), ("fc_vcpu 1", 1), ("crosvm_vcpu1", 1), ("vcpu1", 1), ("vcpu12", 12),
      ("CPU 1/TCG", nil), ("vcpu", nil), ("vcpux", nil), ("vcpu-1", nil), ("CPU /KVM", nil),
      ("kvm-nx-lpage-re", nil), ("vhost-100", nil), ("IO mon_iothread", nil),
    ] as [(String, Int?)])
  func names(name: String, vcpu: Int?) throws {
    #expect(ThreadMap.vcpu(ofThread: name) == vcpu)
    let expected = vcpu.map { [$0: Int32(101)] } ?? [:]
    #expect(try map([101: name], [0, 1, 12]) == expected)
  }

  @Test("Thread names of a process with two VMs are ignored")
  func twoVMs() throws {
    #expect(try map([101: "CPU 0/KVM"], isOnly: false) == [:])
  }

  @Test("A thread of another process is refused")
  func foreign() throws {
    try system.addProcess(200, threads: [201: "CPU 0/KVM"])
    try debug("100-9", [0: "201\n", 1: "garbage\n"])
    let ids = [0: "kvm-201/vcpu-0", 1: "kvm-202/vcpu-1"]
    #expect(try map(Self.plain, ids: ids) == [:])
  }

  @Test("Only the wanted vCPUs get threads")
  func wanted() throws {
    try debug("100-9", [0: "101\n", 1: "102\n"])
    let names: [Int32: String] = [101: "CPU 0/KVM", 102: "CPU 1/KVM", 103: "CPU 2/KVM"]
    #expect(try map(names, [1]) == [1: 102])
    #expect(try map(names, [2], ids: [0: "kvm-101/vcpu-0", 1: "kvm-102/vcpu-1"]) == [2: 103])
  }
}
