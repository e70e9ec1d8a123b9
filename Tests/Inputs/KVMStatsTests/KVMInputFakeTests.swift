import Glibc
import LinuxSystem
import Statistics
import StatsTree
import TestSupport
import Testing

@testable import KVMStats

/// The input on files of a test's own: this process is the VMM, no /dev/kvm is needed.
@Suite struct KVMInputFakeTests {
  private let system: FakeSystem
  private let tree = Tree()
  private let input: KVMInput
  private let pid = getpid()

  init() throws {
    system = try FakeSystem()
    var options = KVMInput.Options()
    options.rungs = [.pidfd, .debugfs]
    options.rescanSeconds = 0
    input = try KVMInput(tree, roots: system.roots, options: options, ownProcess: -1)
  }

  private var base: Source { tree.source("kvm") }

  private func addVM(_ descriptors: [Int: String], name: String = "web") throws {
    try system.addProcess(
      pid, arguments: ["vmm", "-name", name],
      descriptors: descriptors.mapValues { "anon_inode:\($0)" })
  }

  @Test("Statistics descriptors are copied by what the process calls them, whole or not")
  func copies() throws {
    let vcpu = try StatsFile(id: "kvm-\(pid)/vcpu-0").descriptor()
    let pipe = try Pipe()
    try addVM(
      [
        1000: "kvm-vm", 1001: "kvm-vcpu:0", Int(vcpu.rawValue): "kvm-vcpu-stats:0",
        Int(pipe.reader.rawValue): "kvm-vcpu-stats:1", 900_000: "kvm-vcpu-stats:2",
      ])
    #expect(input.refresh() == [.appeared(path: "kvm/web", pid: pid)])
    #expect(input.descriptors.count == 1)
    let source = try #require(base.child("web"))
    #expect(source.child("vcpu0")?.groups.first?.provenance == .pidfd)
    // A descriptor that is closed meanwhile is no matter; one that is something else is said.
    #expect(source.remarks.filter { $0.hasPrefix("pidfd_getfd") }.count == 1)
    let count = source.remarks.count
    for _ in 0..<5 { #expect(input.refresh() == []) }
    #expect(source.remarks.count == count)
    input.forget(pid)
    #expect(input.descriptors.count == 0)
  }

  @Test("A process with another start is another process")
  func reusedNumber() throws {
    try addVM([5: "kvm-vm", 6: "kvm-vcpu:0"])
    _ = input.refresh()
    try system.write("\(pid) (vmm) S 1\n", to: "proc/\(pid)/stat")
    #expect(input.refresh() == [])
    let fields = (4...21).map { "\($0)" }.joined(separator: " ")
    try system.write("\(pid) (vmm) S \(fields) 999 1\n", to: "proc/\(pid)/stat")
    #expect(
      input.refresh() == [
        .gone(path: "kvm/web", pid: pid), .appeared(path: "kvm/web", pid: pid),
      ])
  }

  @Test("A process that makes another machine has another; a vCPU more is a source more")
  func changes() throws {
    try addVM([5: "kvm-vm", 6: "kvm-vcpu:0"])
    _ = input.refresh()
    try system.link("proc/\(pid)/fd/7", to: "anon_inode:kvm-vcpu:1")
    #expect(input.refresh() == [])
    #expect(base.child("web")?.children.map(\.name) == ["vcpu0", "vcpu1"])
    try system.link("proc/\(pid)/fd/8", to: "anon_inode:kvm-vm")
    #expect(input.refresh() == [.appeared(path: "kvm/web.2", pid: pid)])
    system.remove("proc/\(pid)/fd/5")
    system.remove("proc/\(pid)/fd/6")
    system.remove("proc/\(pid)/fd/7")
    #expect(input.refresh() == [.gone(path: "kvm/web", pid: pid)])
    system.remove("proc/\(pid)/fd/8")
    #expect(input.refresh() == [.gone(path: "kvm/web.2", pid: pid)])
    #expect(base.children.isEmpty && input.processes.isEmpty)
  }

  @Test("A process's memory is that of its only machine, and of none where there are several")
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
    // Whoever samples now asks for nothing that was closed.
    let sampler = Sampler(tree)
    sampler.pass()
    input.forget(pid)
    #expect(base.children.isEmpty)
  }

  @Test("A list of processes that cannot be read lets go of nobody")
  func noList() throws {
    try addVM([5: "kvm-vm"])
    _ = input.refresh()
    #expect(rename("proc", to: "hidden"))
    #expect(input.refresh() == [])
    #expect(base.children.count == 1)
    #expect(base.remarks.filter { $0.hasPrefix("process list: ") }.count == 1)
    #expect(rename("hidden", to: "proc"))
    #expect(input.refresh() == [])
    #expect(base.remarks.filter { $0.hasPrefix("process list: ") }.isEmpty)
    system.remove("proc/\(pid)")
    #expect(input.refresh() == [.gone(path: "kvm/web", pid: pid)])
  }

  private func rename(_ old: String, to new: String) -> Bool {
    unsafe Glibc.rename("\(system.root)/\(old)", "\(system.root)/\(new)") == 0
  }

  @Test("Debugging files are read; tables, histograms and what is closed are not")
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

  @Test("A VM of 1,000 vCPUs without threads of their own costs little, and little again")
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
    #expect(vm.nextThreadSearch > monotonicNanoseconds())
    #expect(monotonicNanoseconds() - first < 3_000_000_000)
  }
}
