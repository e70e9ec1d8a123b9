import Glibc
import KVMStatsFormat
import LinuxSystem
import Statistics
import StatsInput
import StatsTree
import TestSupport
import Testing

@testable import KVMStats

/// The input with simulated system files: this process is the VMM, /dev/kvm is not needed.
@Suite struct KVMInputFakeTests {
  private let system: FakeSystem
  private let tree = Tree()
  private let input: KVMInput
  private let pid = getpid()

  init() throws {
    system = try FakeSystem()
    var options = KVMInput.Options()
    options.methods = [.pidfd, .debugfs]
    options.rescanSeconds = 0
    input = try KVMInput(tree, roots: system.roots, options: options, ownProcess: -1)
  }

  private var base: Source { tree.source("kvm") }

  private func addVM(_ descriptors: [Int: String], name: String = "web") throws {
    try system.addProcess(
      pid, arguments: ["vmm", "-name", name],
      descriptors: descriptors.mapValues { "anon_inode:\($0)" })
  }

  @Test("Statistics descriptors are copied by their numbers; a closed one is ignored")
  func copies() throws {
    let vcpu = try StatsFile(id: "kvm-\(pid)/vcpu-0").descriptor(isSealed: true)
    let pipe = try Pipe()
    try addVM(
      [
        1000: "kvm-vm", 1001: "kvm-vcpu:0", Int(vcpu.rawValue): "kvm-vcpu-stats:0",
        Int(pipe.reader.rawValue): "kvm-vcpu-stats:1", 900_000: "kvm-vcpu-stats:2",
      ])
    #expect(input.refresh() == [.appeared(path: "kvm/web", .process(pid))])
    #expect(input.descriptors.count == 1)
    let source = try #require(base.child("web"))
    // The memory file of this test is not the kernel's.
    #expect(source.child("vcpu0")?.groups.first?.provenance == .simulated)
    // A descriptor that was closed after the scan is ignored; another kind of file is reported.
    #expect(source.diagnosticTexts.filter { $0.hasPrefix("pidfd_getfd") }.count == 1)
    let count = source.diagnosticTexts.count
    for _ in 0..<5 { #expect(input.refresh() == []) }
    #expect(source.diagnosticTexts.count == count)
    input.forget(pid)
    #expect(input.descriptors.count == 0)
  }

  @Test("A copied descriptor whose reads could block is refused before it is read")
  func refusedCopies() throws {
    // Valid statistics, but in a file that can shrink during a read.
    let open = try StatsFile(id: "kvm-\(pid)/vcpu-0").descriptor()
    let sealed = try StatsFile(id: "kvm-\(pid)/vcpu-1").descriptor(isSealed: true)
    let pipe = try Pipe()
    try addVM(
      [
        1000: "kvm-vm", 1001: "kvm-vcpu:0", 1002: "kvm-vcpu:1",
        Int(open.rawValue): "kvm-vcpu-stats:0", Int(sealed.rawValue): "kvm-vcpu-stats:1",
        Int(pipe.reader.rawValue): "kvm-vm-stats",
      ])
    _ = input.refresh()
    let source = try #require(base.child("web"))
    #expect(input.descriptors.count == 1)
    #expect(source.child("vcpu0")?.groups.contains { $0.name == "kvm" } == false)
    #expect(source.child("vcpu1")?.groups.contains { $0.name == "kvm" } == true)
    let texts = source.diagnosticTexts.filter { $0.hasPrefix("pidfd_getfd: ") }
    let names = [open.linkName, pipe.reader.linkName].compactMap { $0 }
    #expect(texts.count == 2 && names.count == 2)
    for name in names {
      let text = "pidfd_getfd: \(KVMStatsError.notStatistics(name))"
      #expect(texts.contains(text), "\(texts)")
    }
  }

  @Test("A process with another start time is another process")
  func reusedNumber() throws {
    try addVM([5: "kvm-vm", 6: "kvm-vcpu:0"])
    _ = input.refresh()
    try system.write("\(pid) (vmm) S 1\n", to: "proc/\(pid)/stat")
    #expect(input.refresh() == [])
    let fields = (4...21).map { "\($0)" }.joined(separator: " ")
    try system.write("\(pid) (vmm) S \(fields) 999 1\n", to: "proc/\(pid)/stat")
    #expect(
      input.refresh() == [
        .gone(path: "kvm/web", .process(pid), reason: "process \(pid) ended"),
        .appeared(path: "kvm/web", .process(pid)),
      ])
  }

  @Test("A second VM of a process and an added vCPU get their own sources")
  func changes() throws {
    try addVM([5: "kvm-vm", 6: "kvm-vcpu:0"])
    _ = input.refresh()
    try system.link("proc/\(pid)/fd/7", to: "anon_inode:kvm-vcpu:1")
    #expect(input.refresh() == [])
    #expect(base.child("web")?.children.map(\.name) == ["vcpu0", "vcpu1"])
    try system.link("proc/\(pid)/fd/8", to: "anon_inode:kvm-vm")
    #expect(input.refresh() == [.appeared(path: "kvm/web.2", .process(pid))])
    system.remove("proc/\(pid)/fd/5")
    system.remove("proc/\(pid)/fd/6")
    system.remove("proc/\(pid)/fd/7")
    #expect(
      input.refresh() == [.gone(path: "kvm/web", .process(pid), reason: "process \(pid) ended")])
    system.remove("proc/\(pid)/fd/8")
    #expect(
      input.refresh() == [.gone(path: "kvm/web.2", .process(pid), reason: "process \(pid) ended")])
    #expect(base.children.isEmpty && input.processes.isEmpty)
  }

  @Test("The memory of a process belongs to its only VM, and to none if it has several")
  func memory() throws {
    try addVM([5: "kvm-vm", 6: "kvm-vcpu:0"])
    try system.write("10 5 3 0 0 0 0\n", to: "proc/\(pid)/statm")
    _ = input.refresh()
    let first = try #require(base.child("web"))
    #expect(first.groups.contains { $0.name == "memory" })
    try system.link("proc/\(pid)/fd/8", to: "anon_inode:kvm-vm")
    _ = input.refresh()
    #expect(base.children.map(\.name) == ["web", "web.2"])
    for vm in base.children { #expect(!vm.groups.contains { $0.name == "memory" }) }
    // A pass must not read a closed file.
    let sampler = Sampler(tree)
    sampler.pass()
    input.forget(pid)
    #expect(base.children.isEmpty)
  }

  @Test("An unreadable process list removes no VM")
  func noList() throws {
    try addVM([5: "kvm-vm"])
    _ = input.refresh()
    #expect(rename("proc", to: "hidden"))
    #expect(input.refresh() == [])
    #expect(base.children.count == 1)
    #expect(base.diagnosticTexts.filter { $0.hasPrefix("process list: ") }.count == 1)
    #expect(rename("hidden", to: "proc"))
    #expect(input.refresh() == [])
    #expect(base.diagnosticTexts.filter { $0.hasPrefix("process list: ") }.isEmpty)
    system.remove("proc/\(pid)")
    #expect(
      input.refresh() == [.gone(path: "kvm/web", .process(pid), reason: "process \(pid) ended")])
  }

  private func rename(_ old: String, to new: String) -> Bool {
    unsafe Glibc.rename("\(system.root)/\(old)", "\(system.root)/\(new)") == 0
  }

  @Test("Files in debugfs are read, except tables, histograms and closed files")
  func debugFiles() throws {
    try addVM([5: "kvm-vm", 6: "kvm-vcpu:0"])
    let directory = "sys/kernel/debug/kvm/\(pid)-5"
    for (name, text) in [
      "pages_4k": "12\n", "flush": "18446744073709551614\n", "x_hist": "5\n", "rmaps": "a 1 2\n",
      "two": "1 2\n", "empty": "", "vcpu0/pid": "0\n",
    ] {
      try system.write(text, to: "\(directory)/\(name)")
    }
    _ = input.refresh()
    let group = try #require(base.child("web")?.groups.first { $0.name == "kvm" })
    #expect(group.provenance == .debugfs)
    #expect(group.schema.statistics.map(\.name) == ["flush", "pages_4k"])
    let probe = Probe(group.backing, [(group.token, group.schema)])
    #expect(probe.value("pages_4k", group.token) == 12)
    #expect(probe.value("flush", group.token) == UInt64.max - 1)
    input.forget(pid)
    probe.sampler.pass()
    #expect(probe.status(group.token) == .gone)
  }

  @Test("Repeated searches for the threads of 1,000 vCPUs are limited in time")
  func big() throws {
    var descriptors = [5: "kvm-vm"]
    for number in 0..<1000 { descriptors[10 + number] = "kvm-vcpu:\(number)" }
    try addVM(descriptors, name: "big")
    for thread in 1...1000 {
      try system.write("worker\n", to: "proc/\(pid)/task/\(1_000_000 + thread)/comm")
    }
    let begin = monotonicNanoseconds()
    _ = input.refresh()
    let first = monotonicNanoseconds()
    #expect(base.child("big")?.children.count == 1000)
    #expect(first - begin < 3_000_000_000)
    for _ in 0..<5 { _ = input.refresh() }
    let vm = try #require(input.processes[pid]?.vms.first)
    let method = input.methods.compactMap { $0 as? ThreadScheduleMethod }.first
    let threads = try #require(method)
    #expect(threads.nextSearch(for: vm) > monotonicNanoseconds())
    #expect(monotonicNanoseconds() - first < 3_000_000_000)
  }
}
