import Glibc
import LinuxSystem
import Statistics
import StatsTree
import Testing

@testable import KVMStats
@testable import KVMStatsFormat
@testable import QEMUMonitor

/// BPF reads the statistics of a real QEMU, which keeps no statistics descriptor of the VM.
@Suite(.serialized) struct QEMUKernelTests {
  /// Whether the process may load programs, not whether they work.
  private static var isPermitted: Bool {
    (try? BPFArray(byteCount: 8, name: "vitals_test")) != nil
      && (try? FileStatus("/sys/kernel/btf/vmlinux")) != nil
  }

  private func requireQEMUAndBPF() throws {
    if !QEMU.isUsable { try Test.cancel("no qemu-system-x86_64 or no /dev/kvm") }
    if !Self.isPermitted { try Test.cancel("BPF is not permitted") }
  }

  /// A client that remains connected to the monitor, as libvirt does.
  private final class Client {
    let socket: UnixSocket

    init(_ path: String) throws {
      socket = try UnixSocket.connect(to: path, .stream)
      _ = receive()
      try send("{\"execute\":\"qmp_capabilities\"}")
    }

    func send(_ text: String) throws {
      _ = try socket.send(Array((text + "\n").utf8))
      _ = receive()
    }

    private func receive() -> String {
      guard socket.waitForInput(milliseconds: 3000),
        let message = try? socket.receive(limit: 65_536)
      else { return "" }
      return String(decoding: message.bytes, as: UTF8.self)
    }
  }

  private func input(_ tree: Tree, methods: Set<KVMInput.Method>) throws -> KVMInput {
    var options = KVMInput.Options()
    options.methods = methods
    return try KVMInput(tree, options: options)
  }

  @Test("All statistics are available while another client uses the monitor")
  func held() throws {
    try requireQEMUAndBPF()
    let qemu = try QEMU("held\(getpid())")
    defer { qemu.stop() }
    let client = try Client(qemu.socket)
    let tree = Tree()
    let input = try input(tree, methods: Set(KVMInput.Method.allCases))
    _ = input.refresh()
    let sampler = Sampler(tree)
    sampler.pass()
    let kernel = try KernelSchemas()
    let path = "kvm/\(qemu.name)"
    for (path, schema) in [
      (path, kernel.vm), ("\(path)/vcpu0", kernel.vcpu),
      ("\(path)/vcpu1", kernel.vcpu),
    ] {
      let entry = try #require(
        sampler.plan.entries.first { $0.source.path == path && $0.group.name == "kvm" })
      // QEMU keeps the descriptors of vCPUs open since version 8.1, that of the VM never.
      #expect([.bpf, .pidfd].contains(entry.group.provenance))
      #expect(path.contains("vcpu") || entry.group.provenance == .bpf)
      #expect(entry.group.schema == schema)
      #expect(sampler.status(of: entry) == .up)
    }
    try client.send("{\"execute\":\"query-status\"}")
  }

  @Test("The values of a paused VM equal those of its monitor, which reverses histograms")
  func sameAsMonitor() throws {
    try requireQEMUAndBPF()
    let qemu = try QEMU("paused\(getpid())")
    defer { qemu.stop() }
    // The firmware runs for about a second.
    usleep(1_500_000)
    do {
      let client = try Client(qemu.socket)
      try client.send("{\"execute\":\"stop\"}")
    }
    let tree = Tree()
    let input = try input(tree, methods: [.bpf])
    _ = input.refresh()
    let sampler = Sampler(tree)
    sampler.pass()
    let host = try QMPHost(paths: [qemu.socket], deadlineMilliseconds: 5000)
    host.pass()
    var compared = 0
    var counted: UInt64 = 0
    for (path, entry) in [
      ("kvm/\(qemu.name)", try host.entry(0)),
      ("kvm/\(qemu.name)/vcpu0", try host.entry(0, vcpu: 0)),
      ("kvm/\(qemu.name)/vcpu1", try host.entry(0, vcpu: 1)),
    ] {
      let own = try #require(
        sampler.plan.entries.first { $0.source.path == path && $0.group.provenance == .bpf })
      for statistic in entry.group.schema.statistics {
        let same = try #require(own.group.schema[statistic.name])
        if statistic.kind.isHistogram {
          let (fromKernel, fromMonitor) = (
            sampler.histogram(same, of: own), host.sampler.histogram(statistic, of: entry)
          )
          #expect(fromKernel?.counts == fromMonitor?.counts, "\(path) \(statistic.name)")
          counted += fromKernel?.counts.reduce(0, +) ?? 0
        } else {
          #expect(
            sampler.value(same, of: own) == host.sampler.value(statistic, of: entry),
            "\(path) \(statistic.name)")
        }
        compared += statistic.size
      }
    }
    #expect(compared > 200)
    #expect(counted > 0, "no histogram has a sample")
  }
}
