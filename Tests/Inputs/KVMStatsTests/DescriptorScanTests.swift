import LinuxSystem
import TestSupport
import Testing

@testable import KVMStats

@Suite struct DescriptorScanTests {
  private let system: FakeSystem

  init() throws {
    system = try FakeSystem()
  }

  private func scan(_ names: [Int: String]) throws -> [ScannedVM] {
    try system.addProcess(
      7, descriptors: names.mapValues { $0.hasPrefix("/") ? $0 : "anon_inode:\($0)" })
    return try DescriptorScan(process: 7, roots: system.roots).vms
  }

  @Test("A VM has its vCPUs and statistics descriptors")
  func one() throws {
    let vms = try scan([
      0: "/dev/null", 5: "kvm-vm", 6: "kvm-vcpu:0", 7: "kvm-vcpu:1", 8: "kvm-vm-stats",
      9: "kvm-vcpu-stats:0", 10: "kvm-vcpu-stats:1", 11: "[eventfd]", 12: "kvm-device:vfio",
    ])
    #expect(vms.count == 1)
    #expect(vms.first?.descriptor == 5)
    #expect(vms.first?.vcpus.keys.sorted() == [0, 1])
    #expect(vms.first?.statistics == 8)
    #expect(vms.first?.vcpuStatistics == [0: 9, 1: 10])
  }

  @Test("Each VM of a process has the descriptors opened after it, in numeric order")
  func several() throws {
    let vms = try scan([
      9: "kvm-vm", 10: "kvm-vcpu:0", 11: "kvm-vcpu-stats:0", 100: "kvm-vm", 101: "kvm-vcpu:0",
      102: "kvm-vcpu:1", 103: "kvm-vcpu-stats:1", 104: "kvm-vm-stats",
    ])
    #expect(vms.map(\.descriptor) == [9, 100])
    #expect(vms.map { $0.vcpus.keys.sorted() } == [[0], [0, 1]])
    #expect(vms.map(\.statistics) == [nil, 104])
    #expect(vms.map(\.vcpuStatistics) == [[0: 11], [1: 103]])
  }

  @Test("A descriptor before the first VM belongs to that VM")
  func before() throws {
    let vms = try scan([
      3: "kvm-vm-stats", 4: "kvm-vcpu-stats:0", 5: "kvm-vcpu:0", 20: "kvm-vm",
    ])
    #expect(vms.count == 1)
    #expect(vms.first?.descriptor == 20)
    #expect(vms.first?.statistics == 3)
    #expect(vms.first?.vcpuStatistics == [0: 4])
  }

  @Test(
    "A process with copies of statistics only, or without KVM descriptors, has no VM",
    arguments: [
      [3: "kvm-vm-stats", 4: "kvm-vcpu-stats:0", 5: "kvm-vcpu-stats:1"], [:],
      [0: "/dev/kvm", 1: "[eventpoll]"], [3: "kvm-vcpu:x", 4: "kvm-vcpu"],
      [3: "kvm-vms", 4: "kvmm-vm"],
    ])
  func observer(names: [Int: String]) throws {
    #expect(try scan(names).isEmpty)
  }

  @Test("The first of two copies of a statistics descriptor is used")
  func copies() throws {
    let vms = try scan([
      3: "kvm-vm", 4: "kvm-vcpu-stats:0", 5: "kvm-vcpu-stats:0", 6: "kvm-vm-stats",
      7: "kvm-vm-stats", 8: "kvm-vcpu:0", 9: "kvm-vcpu:0",
    ])
    #expect(vms.first?.vcpuStatistics == [0: 4])
    #expect(vms.first?.statistics == 6)
    #expect(vms.first?.vcpus.keys.sorted() == [0])
  }

  @Test("A process that does not exist is an error")
  func gone() {
    let error = #expect(throws: SystemError.self) {
      try DescriptorScan(process: 8, roots: system.roots)
    }
    #expect(error?.codeName == "ENOENT")
  }

  @Test("A VM of 1,000 vCPUs is scanned in less than half a second")
  func big() throws {
    var names = [2: "kvm-vm"]
    for number in 0..<1000 {
      names[10 + number * 2] = "kvm-vcpu:\(number)"
      names[11 + number * 2] = "kvm-vcpu-stats:\(number)"
    }
    let vms = try scan(names)
    #expect(vms.first?.vcpus.count == 1000)
    #expect(vms.first?.vcpuStatistics[999] == 2009)
    let begin = monotonicNanoseconds()
    _ = try DescriptorScan(process: 7, roots: system.roots)
    #expect(monotonicNanoseconds() - begin < 500_000_000)
  }
}
