import RRDFormat
import Statistics
import StatsFormats
import StatsKnowledge
import StatsTesting
import StatsTree
import TestSupport
import Testing

@Suite("Export for xcp-rrdd") struct RRDExportTests {
  /// Returns a tree with one VM that has a total and an inactive level.
  private func small() throws -> (Tree, InMemoryBacking, Source) {
    let tree = Tree()
    let backing = InMemoryBacking()
    let schema = Schema(packing: [
      Statistic("run_ns", .cumulative, unit: .seconds, scale: .nano, meaning: "Time \"run\"."),
      Statistic("level", .instant),
    ])
    let vm = try tree.add(
      "web", below: tree.source("kvm"),
      labels: ["uuid": "00000000-0000-0000-0000-00000000000a"])
    try tree.attach(
      "sched", schema: schema, backing: backing,
      token: backing.add(.words([2_500_000_000, Inactive.unsigned])), provenance: .procfs, to: vm)
    backing.window = Window(begin: 1_000_000_000, end: 2_000_000_000)
    return (tree, backing, vm)
  }

  @Test("A file has the expected bytes")
  func bytes() throws {
    let (tree, backing, _) = try small()
    backing.set(0, .words([2_500_000_000, UInt64(bitPattern: -3)]))
    let sampler = Sampler(tree)
    sampler.pass()
    var export = RRDExport(sampler, meanings: try Meanings(parsing: ""))
    let isNew = export.update(
      at: Timestamp(monotonic: 3_000_000_000, realtime: 1_700_000_001_250_000_000))
    #expect(isNew)
    let metadata =
      #"{"datasources":{"kvm/web/level":{"default":"false","max":"inf","min":"-inf","#
      + #""owner":"vm 00000000-0000-0000-0000-00000000000a","type":"gauge","units":"","#
      + #""value_type":"float"},"kvm/web/run_ns":{"default":"false","description":"Time \"run\".","#
      + #""max":"inf","min":"0.00","owner":"vm 00000000-0000-0000-0000-00000000000a","#
      + #""type":"derive","units":"(fraction)","value_type":"float"}}}"#
    // 1700000000.25 is 0x41d954fc40100000, -3 is 0xc008..., 2.5 is 0x4004...
    let data: [UInt8] = [
      0x41, 0xd9, 0x54, 0xfc, 0x40, 0x10, 0x00, 0x00,
      0xc0, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x40, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    ]
    let json = Array(metadata.utf8)
    let expected: [UInt8] =
      Array("DATASOURCES".utf8) + bigEndian(Checksum.of(data, in: data.indices))
      + bigEndian(Checksum.of(json, in: json.indices)) + [0, 0, 0, 2] + data
      + [0, 0, UInt8(json.count >> 8), UInt8(json.count & 0xff)] + json
    #expect(export.bytes == expected)
  }

  @Test("A written file is read back with all values and descriptions")
  func roundTrip() throws {
    let example = try Example()
    example.passAgain()
    var export = RRDExport(example.sampler, meanings: try #require(GoldenTests.meanings))
    export.update(at: example.timestamp)
    let file = try RRDFile(export.bytes)
    // The example was sampled one second before the timestamp.
    #expect(file.timestamp == .fractional(1_795_237_570.000_000_2))
    let names = file.metadata.sources.map(\.name)
    #expect(names == names.sorted() && Set(names).count == names.count)
    let values = Dictionary(
      uniqueKeysWithValues: zip(names, file.values.map(Double.init(bitPattern:))))
    #expect(values["kvm/web1/vcpu0/exits"] == 350)
    #expect(values["kvm/web1/vcpu0/exits#2"] == 0x1p60)
    #expect(values["kvm/web1/vcpu0/halt_wait_ns"] == 1.975000345)
    #expect(values["kvm/web1/vcpu0/halt_wait_hist/count"] == 9)
    #expect(values["kvm/web1/vcpu0/level"] == -5)
    #expect(values["kvm/web1/vcpu0/future/1"] == 2)
    #expect(values["kvm/web1/vcpu0/memory"] == 3072)
    // The scale is not exact, so the value is in the raw unit, which the metadata names.
    #expect(values["kvm/web1/vcpu0/tiny"] == 9)
    // An integer beyond 2^53 is rounded to the nearest float.
    #expect(values["kvm/web1/remote_tlb_flush"] == Double(1 << 53 + 11 as UInt64))
    // Inactive, stale and denied values are missing, not zero.
    for name in ["kvm/web1/vcpu0/not_now", "kvm/web1/vcpu1/exits", "host/cpu3/run_ns"] {
      #expect(try #require(values[name]).isNaN)
    }
    let metadata = export.bytes[(RRDLayout.valueOffset(names.count) + 4)...]
    let text = Array(metadata).text + "\n"
    #expect(Golden.text("rrd-metadata.json", for: text) == text)
  }

  @Test("The metadata and its checksum do not change if only values change")
  func steady() throws {
    let (tree, backing, vm) = try small()
    let sampler = Sampler(tree)
    sampler.pass()
    var export = RRDExport(sampler, meanings: try Meanings(parsing: ""))
    export.update(at: Timestamp(monotonic: 3_000_000_000, realtime: 1_700_000_000_000_000_000))
    let first = export.bytes
    backing.set(0, .words([7, 8]))
    backing.window = Window(begin: 5_000_000_000, end: 6_000_000_000)
    sampler.pass()
    let now = Timestamp(monotonic: 7_000_000_000, realtime: 1_700_000_005_000_000_000)
    let isNewByNumbers = export.update(at: now)
    #expect(!isNewByNumbers)
    let changed = first.indices.filter { first[$0] != export.bytes[$0] }
    // Only the checksum of the data, the timestamp and the values change.
    #expect(changed.allSatisfy { 11..<15 ~= $0 || export.values ~= $0 } && !changed.isEmpty)
    // A new generation with the same visible sources has the same metadata.
    let silent = try tree.add("silent", below: vm)
    sampler.pass()
    let isNewBySource = export.update(at: now)
    #expect(!isNewBySource)
    backing.set(0, .fails(.denied(code: 1)))
    sampler.pass()
    let isNewByStatus = export.update(at: now)
    #expect(!isNewByStatus)
    #expect(try RRDFile(export.bytes).values.allSatisfy { Double(bitPattern: $0).isNaN })
    // A new group changes the metadata.
    try tree.attach(
      "more", schema: Schema(packing: [Statistic("n", .cumulative)]), backing: backing,
      token: backing.add(.silent),
      provenance: .procfs, to: silent)
    sampler.pass()
    let isNewByGroup = export.update(at: now)
    #expect(isNewByGroup)
    #expect(try RRDFile(export.bytes).metadata.sources.count == 3)
  }

  @Test("A file without data sources is complete")
  func empty() throws {
    let sampler = Sampler(Tree())
    var export = RRDExport(sampler, meanings: try Meanings(parsing: ""))
    let isNew = export.update(at: Timestamp(monotonic: 1, realtime: 1_700_000_000_500_000_000))
    #expect(isNew)
    let file = try RRDFile(export.bytes)
    #expect(file.values.isEmpty && file.timestamp == .fractional(1_700_000_000.5))
  }

  @Test("The owner is determined by the labels of the source and its parents")
  func owners() throws {
    let (tree, backing, vm) = try small()
    let schema = Schema(packing: [Statistic("n", .cumulative)])
    let store = try tree.add("sr", labels: ["uuid": "0b", "owner": "sr"])
    let odd = try tree.add("odd", labels: ["uuid": "no uuid"])
    let below = try tree.add("vcpu0", below: vm)
    let token = backing.add(.silent)
    for source in [store, odd, below] {
      try tree.attach(
        "g", schema: schema, backing: backing, token: token, provenance: .procfs, to: source)
    }
    let sampler = Sampler(tree)
    sampler.pass()
    var export = RRDExport(sampler, meanings: try Meanings(parsing: ""))
    export.update(at: Timestamp(monotonic: 1, realtime: 1))
    let vmOwner = RRDDataSource.Owner.vm(uuid: "00000000-0000-0000-0000-00000000000a")
    #expect(
      try RRDFile(export.bytes).metadata.sources.map { "\($0.name) \($0.owner)" } == [
        "kvm/web/level \(vmOwner)", "kvm/web/run_ns \(vmOwner)",
        "kvm/web/vcpu0/n \(vmOwner)", "odd/n host", "sr/n sr 0b",
      ])
  }

  @Test("Statistics of one name in two groups of a source have different names")
  func clash() throws {
    let (tree, backing, vm) = try small()
    let schema = Schema(packing: [Statistic("level", .instant)])
    for _ in 1...2 {
      try tree.attach(
        "other", schema: schema, backing: backing, token: backing.add(.silent),
        provenance: .procfs, to: vm)
    }
    let sampler = Sampler(tree)
    sampler.pass()
    var export = RRDExport(sampler, meanings: try Meanings(parsing: ""))
    export.update(at: Timestamp(monotonic: 1, realtime: 1))
    #expect(
      try RRDFile(export.bytes).metadata.sources.map(\.name) == [
        "kvm/web/other/level", "kvm/web/other/level#2", "kvm/web/run_ns", "kvm/web/sched/level",
      ])
  }

  private func bigEndian(_ number: UInt32) -> [UInt8] {
    stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
  }
}
