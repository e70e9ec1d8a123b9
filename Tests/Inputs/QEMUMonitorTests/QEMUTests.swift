import Glibc
import LinuxSystem
import Statistics
import StatsTree
import Testing

@testable import QEMUMonitor

/// Tests with real VMs, on hosts that can run them.
@Suite(.serialized) struct QEMUTests {
  private func requireQEMU() throws {
    if !QEMU.isUsable { try Test.cancel("no qemu-system-x86_64 or no /dev/kvm") }
  }

  @Test("The command line of a QEMU has its monitor's address; a probe returns its topology")
  func probe() throws {
    try requireQEMU()
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
    // These are the same on all kernels and architectures.
    #expect(
      vcpu["halt_wait_ns"]?.with(offset: 0)
        == Statistic("halt_wait_ns", .cumulative, unit: .seconds, scale: .nano))
    #expect(
      vcpu["halt_wait_hist"]?.with(offset: 0)
        == Statistic("halt_wait_hist", .logHistogram, unit: .seconds, scale: .nano, size: 32))
    #expect(
      vcpu["blocking"]?.with(offset: 0) == Statistic("blocking", .instant, unit: .boolean))
    // The kernel lists the generic statistics first.
    #expect(vcpu.statistics.first?.name == "halt_successful_poll")
    #expect(topology.vm?["remote_tlb_flush"]?.kind == .cumulative)
    let known = [vcpu, try #require(topology.vm)].flatMap(\.statistics).allSatisfy {
      $0.kind != .unknown(0xf) && $0.unit != .unknown(0xf)
    }
    #expect(known)
  }

  @Test("The schema of a vCPU equals that of the kernel")
  func kernelSchema() throws {
    try requireQEMU()
    let qemu = try QEMU("kernel")
    defer { qemu.stop() }
    let backing = QMPBacking()
    let topology = try backing.probe(backing.open(qemu.socket), deadlineMilliseconds: 5000).get()
    let schema = try Self.kernelSchema()
    #expect(topology.vcpu == schema)
  }

  /// Returns the schema of a vCPU's statistics descriptor on this host.
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

  @Test("Values grow, and the buckets of histograms are in the right order")
  func values() throws {
    try requireQEMU()
    let qemu = try QEMU("values")
    defer { qemu.stop() }
    let host = try QMPHost(paths: [qemu.socket], deadlineMilliseconds: 2000)
    host.pass()
    let first = try #require(try host.value("exits", 0, vcpu: 0))
    // The firmware runs for about a second; then its vCPUs halt and wake repeatedly.
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
      // This verifies the reversal: the true sum of all waits is between the sums of the bounds
      // of their buckets. In the order of QEMU it is not, because waits of milliseconds would be
      // in buckets of nanoseconds.
      #expect(Self.bounds(histogram).contains(UInt128(sum)))
      let reversed = Histogram(shape: histogram.shape, counts: histogram.counts.reversed())
      #expect(!Self.bounds(reversed).contains(UInt128(sum)))
      judged += 1
    }
    #expect(judged > 0, "no vCPU has waited")
    // The backing has reached the same conclusion.
    let order = try #require(host.backing.bucketOrder(0))
    #expect(order.isVerified && order.isReversed)
  }

  private static func bounds(_ histogram: Histogram) -> ClosedRange<UInt128> {
    var lowest: UInt128 = 0
    var highest: UInt128 = 0
    for (index, count) in histogram.counts.enumerated() where count > 0 {
      let bounds = histogram.shape.bounds(of: index)
      lowest += UInt128(count) * UInt128(bounds?.lower ?? 0)
      // The last bucket has no upper bound; no wait of this test lasts an hour.
      highest += UInt128(count) * UInt128(bounds?.upper ?? 3_600_000_000_000)
    }
    return lowest...highest
  }

  @Test("A stopped QEMU delays one pass by its deadline, and recovers")
  func stopped() throws {
    try requireQEMU()
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

  @Test("One pass reads eight QEMUs")
  func several() throws {
    try requireQEMU()
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
  /// Returns the statistic at another offset in its record.
  func with(offset: Int) -> Statistic {
    var other = self
    other.offset = offset
    return other
  }
}
