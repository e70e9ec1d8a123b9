import Glibc
import LinuxSystem
import Statistics
import StatsTree
import Testing

@testable import QEMUMonitor

/// With real machines, where the host can run them.
@Suite(.serialized) struct QEMUTests {
  private func needQEMU() throws {
    if !QEMU.isPossible { try Test.cancel("no qemu-system-x86_64 or no /dev/kvm") }
  }

  @Test("A QEMU is found by its command line, and tells its names, vCPUs and schemas")
  func probe() throws {
    try needQEMU()
    let qemu = try QEMU("probe me, \"please\"", vcpus: 2)
    defer { qemu.stop() }
    let addresses = QMPAddress.addresses(in: [QEMU.executable] + qemu.arguments)
    #expect(addresses.map(\.path) == [qemu.socket])
    let backing = QMPBacking()
    let topology = try backing.probe(backing.open(qemu.socket), deadlineMilliseconds: 5000).get()
    #expect(topology.name == qemu.name)
    #expect(topology.uuid == "8f6c1f5e-0b6f-4a0e-9a33-0000000000aa")
    #expect(topology.vcpus.map(\.index) == [0, 1])
    #expect(Set(topology.vcpus.map(\.thread)).count == 2)
    let vcpu = try #require(topology.vcpu)
    // What is the same on every kernel and architecture.
    #expect(
      vcpu["halt_wait_ns"]?.with(offset: 0)
        == Statistic("halt_wait_ns", .cumulative, unit: .seconds, scale: .nano))
    #expect(
      vcpu["halt_wait_hist"]?.with(offset: 0)
        == Statistic("halt_wait_hist", .logHistogram, unit: .seconds, scale: .nano, size: 32))
    #expect(
      vcpu["blocking"]?.with(offset: 0) == Statistic("blocking", .instant, unit: .boolean))
    // The kernel's order: the generic statistics come first.
    #expect(vcpu.statistics.first?.name == "halt_successful_poll")
    #expect(topology.vm?["remote_tlb_flush"]?.kind == .cumulative)
    let known = [vcpu, try #require(topology.vm)].flatMap(\.statistics).allSatisfy {
      $0.kind != .unknown(0xf) && $0.unit != .unknown(0xf)
    }
    #expect(known)
  }

  @Test("The schema of a vCPU is the one that the kernel gives")
  func kernelSchema() throws {
    try needQEMU()
    let qemu = try QEMU("kernel")
    defer { qemu.stop() }
    let backing = QMPBacking()
    let topology = try backing.probe(backing.open(qemu.socket), deadlineMilliseconds: 5000).get()
    let schema = try Self.kernelSchema()
    #expect(topology.vcpu == schema)
  }

  /// The schema of a vCPU's statistics descriptor on this host.
  private static func kernelSchema() throws -> Schema {
    let system = try KVMSystem()
    let vm = try system.createVM()
    let vcpu = try vm.createVCPU(0)
    return try schema(of: vcpu.statsDescriptor())
  }

  private static func schema(of file: borrowing Descriptor) throws -> Schema {
    let start = try file.bytes(count: KVMHeader.byteCount, at: 0)
    let header = try KVMHeader(parsing: start.span)
    let block = try file.bytes(count: header.descriptorByteCount, at: header.descriptorOffset)
    return try Schema(kvmDescriptors: block.span, header: header)
  }

  @Test("Numbers grow, and the histogram's buckets stand in the right order")
  func numbers() throws {
    try needQEMU()
    let qemu = try QEMU("numbers")
    defer { qemu.stop() }
    let host = try QMPHost(paths: [qemu.socket], deadlineMilliseconds: 2000)
    host.pass()
    let first = try #require(try host.value("exits", 0, vcpu: 0))
    // The firmware is at work for about a second; then its vCPUs halt and are woken again.
    for _ in 0..<60 {
      usleep(50_000)
      host.pass()
    }
    #expect(try host.status(0) == .up)
    let exits = try #require(try host.value("exits", 0, vcpu: 0))
    #expect(exits > first)
    var judged = 0
    for vcpu in 0..<2 {
      let entry = try host.entry(0, vcpu: vcpu)
      let statistic = try #require(entry.group.schema["halt_wait_hist"])
      let histogram = try #require(host.sampler.histogram(statistic, of: entry))
      let sum = try #require(try host.value("halt_wait_ns", 0, vcpu: vcpu))
      guard histogram.count > 0 else { continue }
      // This proves the turning round: the true sum of all waits is between the sums of the
      // bounds of their buckets. In QEMU's own order it is not, since waits of milliseconds
      // would count as such of nanoseconds.
      #expect(Self.bounds(histogram).contains(UInt128(sum)))
      let reversed = Histogram(shape: histogram.shape, counts: histogram.counts.reversed())
      #expect(!Self.bounds(reversed).contains(UInt128(sum)))
      judged += 1
    }
    #expect(judged > 0, "no vCPU has waited")
    // The backing has come to the same conclusion by itself.
    let order = try #require(host.backing.bucketOrder(0))
    #expect(order.isVerified && order.isTurned)
  }

  private static func bounds(_ histogram: Histogram) -> ClosedRange<UInt128> {
    var lowest: UInt128 = 0
    var highest: UInt128 = 0
    for (index, count) in histogram.counts.enumerated() where count > 0 {
      let bounds = histogram.shape.bounds(of: index)
      lowest += UInt128(count) * UInt128(bounds?.lower ?? 0)
      // The last bucket is open; no wait of this test lasts an hour.
      highest += UInt128(count) * UInt128(bounds?.upper ?? 3_600_000_000_000)
    }
    return lowest...highest
  }

  @Test("A QEMU that is stopped costs a pass its deadline once; it comes back")
  func stopped() throws {
    try needQEMU()
    let stopped = try QEMU("stopped")
    let running = try QEMU("running")
    defer {
      stopped.stop()
      running.stop()
    }
    let host = try QMPHost(paths: [stopped.socket, running.socket])
    host.pass()
    stopped.signal(SIGSTOP)
    var times: [Double] = []
    for _ in 0..<10 {
      times.append(host.pass())
      #expect(try host.isStale(0))
      #expect(try host.status(1) == .up)
    }
    #expect(times.reduce(0, +) < 1500)
    #expect(times.sorted()[5] < 80)
    stopped.signal(SIGCONT)
    for _ in 0..<100 {
      usleep(50_000)
      host.pass()
      if try host.status(0) == .up { break }
    }
    #expect(try host.status(0) == .up)
  }

  @Test("Eight QEMUs are asked together")
  func several() throws {
    try needQEMU()
    let all = try (0..<8).map { try QEMU("many\($0)") }
    defer { for qemu in all { qemu.stop() } }
    let host = try QMPHost(paths: all.map(\.socket), deadlineMilliseconds: 5000)
    host.pass()
    for monitor in host.monitors {
      #expect(try host.status(monitor) == .up)
      #expect(try host.status(monitor, vcpu: 1) == .up)
    }
  }
}

extension Statistic {
  /// The same, elsewhere in its record.
  func with(offset: Int) -> Statistic {
    var other = self
    other.offset = offset
    return other
  }
}
