import RRDFormat
import Statistics
import StatsFormats
import StatsKnowledge
import StatsTree
import TestSupport
import Testing

@Suite struct RRDExportTests {
  /// A machine with one total and one level, of which the level is not there.
  private func small() throws -> (Tree, Numbers, Source) {
    let tree = Tree()
    let numbers = Numbers()
    let schema = Schema(packing: [
      Statistic("run_ns", .cumulative, unit: .seconds, scale: .nano, meaning: "Time \"run\"."),
      Statistic("level", .instant),
    ])
    let vm = try tree.add(
      "web", below: tree.source("kvm"),
      labels: ["uuid": "00000000-0000-0000-0000-00000000000a"])
    try tree.attach(
      "sched", schema: schema, backing: numbers, token: 0, provenance: .procfs, to: vm)
    numbers.records[0] = .init(
      words: [2_500_000_000, Inactive.unsigned],
      window: Window(begin: 1_000_000_000, end: 2_000_000_000))
    return (tree, numbers, vm)
  }

  @Test("A file, byte by byte")
  func bytes() throws {
    let (tree, numbers, _) = try small()
    numbers.records[0]?.words[1] = UInt64(bitPattern: -3)
    let sampler = Sampler(tree)
    sampler.pass()
    var export = RRDExport(sampler, try Meanings(parsing: ""))
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

  @Test("What is written is read again, each number with its meaning")
  func roundTrip() throws {
    let example = try Example()
    example.passAgain()
    var export = RRDExport(example.sampler, try #require(GoldenTests.meanings))
    export.update(at: example.moment)
    let file = try RRDFile(export.bytes)
    // The example was read a second ago.
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
    // Its scale has no exact decimals: in the raw unit, which the metadata names.
    #expect(values["kvm/web1/vcpu0/tiny"] == 9)
    // An integer beyond 2^53 is the nearest that a float has.
    #expect(values["kvm/web1/remote_tlb_flush"] == Double(1 << 53 + 11 as UInt64))
    // Not produced now, stale, denied: not there, and not zero.
    for name in ["kvm/web1/vcpu0/not_now", "kvm/web1/vcpu1/exits", "host/cpu3/run_ns"] {
      #expect(try #require(values[name]).isNaN)
    }
    let metadata = export.bytes[(RRDLayout.valueOffset(names.count) + 4)...]
    let text = Array(metadata).text + "\n"
    #expect(Golden.text("rrd-metadata.json", for: text) == text)
  }

  @Test("Metadata and its checksum stay the same from tick to tick, whatever the numbers")
  func steady() throws {
    let (tree, numbers, vm) = try small()
    let sampler = Sampler(tree)
    sampler.pass()
    var export = RRDExport(sampler, try Meanings(parsing: ""))
    export.update(at: Timestamp(monotonic: 3_000_000_000, realtime: 1_700_000_000_000_000_000))
    let first = export.bytes
    numbers.records[0]?.words = [7, 8]
    numbers.records[0]?.window = Window(begin: 5_000_000_000, end: 6_000_000_000)
    sampler.pass()
    let now = Timestamp(monotonic: 7_000_000_000, realtime: 1_700_000_005_000_000_000)
    let isNewByNumbers = export.update(at: now)
    #expect(!isNewByNumbers)
    let changed = first.indices.filter { first[$0] != export.bytes[$0] }
    // Only the data's checksum, the timestamp and the values.
    #expect(changed.allSatisfy { 11..<15 ~= $0 || export.values ~= $0 } && !changed.isEmpty)
    // Another generation with the same sources to show is no other metadata.
    let silent = try tree.add("silent", below: vm)
    sampler.pass()
    let isNewBySource = export.update(at: now)
    #expect(!isNewBySource)
    numbers.records[0]?.status = .denied(code: 1)
    sampler.pass()
    let isNewByStatus = export.update(at: now)
    #expect(!isNewByStatus)
    #expect(try RRDFile(export.bytes).values.allSatisfy { Double(bitPattern: $0).isNaN })
    // Another group is.
    try tree.attach(
      "more", schema: Schema(packing: [Statistic("n", .cumulative)]), backing: numbers, token: 1,
      provenance: .procfs, to: silent)
    sampler.pass()
    let isNewByGroup = export.update(at: now)
    #expect(isNewByGroup)
    #expect(try RRDFile(export.bytes).metadata.sources.count == 3)
  }

  @Test("Without anything to write the file is whole, too")
  func empty() throws {
    let sampler = Sampler(Tree())
    var export = RRDExport(sampler, try Meanings(parsing: ""))
    let isNew = export.update(at: Timestamp(monotonic: 1, realtime: 1_700_000_000_500_000_000))
    #expect(isNew)
    let file = try RRDFile(export.bytes)
    #expect(file.values.isEmpty && file.timestamp == .fractional(1_700_000_000.5))
  }

  @Test("Whose a number is, by the labels of its source and of those above it")
  func owners() throws {
    let (tree, numbers, vm) = try small()
    let schema = Schema(packing: [Statistic("n", .cumulative)])
    let store = try tree.add("sr", labels: ["uuid": "0b", "owner": "sr"])
    let odd = try tree.add("odd", labels: ["uuid": "no uuid"])
    let below = try tree.add("vcpu0", below: vm)
    for source in [store, odd, below] {
      try tree.attach(
        "g", schema: schema, backing: numbers, token: 5, provenance: .procfs, to: source)
    }
    let sampler = Sampler(tree)
    sampler.pass()
    var export = RRDExport(sampler, try Meanings(parsing: ""))
    export.update(at: Timestamp(monotonic: 1, realtime: 1))
    let vmOwner = RRDDataSource.Owner.vm(uuid: "00000000-0000-0000-0000-00000000000a")
    #expect(
      try RRDFile(export.bytes).metadata.sources.map { "\($0.name) \($0.owner)" } == [
        "kvm/web/level \(vmOwner)", "kvm/web/run_ns \(vmOwner)",
        "kvm/web/vcpu0/n \(vmOwner)", "odd/n host", "sr/n sr 0b",
      ])
  }

  @Test("Two groups of a source may have a statistic of the same name")
  func clash() throws {
    let (tree, numbers, vm) = try small()
    let schema = Schema(packing: [Statistic("level", .instant)])
    for token in 1...2 {
      try tree.attach(
        "other", schema: schema, backing: numbers, token: token, provenance: .procfs, to: vm)
    }
    let sampler = Sampler(tree)
    sampler.pass()
    var export = RRDExport(sampler, try Meanings(parsing: ""))
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
