import CAllocations
import LinuxSystem
import Statistics
import StatsTesting
import StatsTree
import Synchronization
import Testing

@Suite struct RecordBackingTests {
  private let tree = Tree()

  private final class Own: Sendable {
    let count = Atomic<UInt64>(9)
  }

  private func sampled(_ group: Group) throws -> (Sampler, Plan.Entry) {
    let sampler = Sampler(tree)
    sampler.pass()
    return (sampler, try #require(sampler.plan.entries.first { $0.group === group }))
  }

  @Test(
    "Values of each width are extended by their sign or by zeros",
    arguments: [
      (.u8, 0x80, 0x80), (.u8, 0xff, 0xff), (.u16, 0xfffe, 0xfffe),
      (.u32, 0xffff_ffff, 0xffff_ffff),
      (.u64, 1 << 63, 1 << 63), (.s8, 0x7f, 0x7f), (.s8, 0x80, UInt64(bitPattern: -128)),
      (.s16, 0xffff, .max), (.s16, 0x8000, UInt64(bitPattern: -32768)),
      (.s32, 0x8000_0000, UInt64(bitPattern: -2_147_483_648)), (.s32, 0x7fff_ffff, 0x7fff_ffff),
      (.s64, .max, .max), (.s64, 0x7fff_ffff_ffff_ffff, 0x7fff_ffff_ffff_ffff), (.bool, 0, 0),
      (.bool, 1, 1), (.bool, 0x80, 1),
      // The inactive markers would mean a missing value: the adjacent values are shown.
      (.u64, .max, .max - 1), (.s64, 1 << 63, 1 << 63 + 1),
    ] as [(RecordWidth, UInt64, UInt64)])
  func widths(width: RecordWidth, bits: UInt64, word: UInt64) throws {
    // At an odd offset, between bytes that are not 0.
    let backing = backed(by: [RecordField("n", width, at: 3)])
    let bytes = Bytes(16)
    bytes.store(.max, .u64, at: 0)
    bytes.store(.max, .u64, at: 8)
    bytes.store(bits, width, at: 3)
    let group = try backing.attach("test", bytes, to: tree.source("a"), in: tree)
    let (sampler, entry) = try sampled(group)
    #expect(sampler.value(backing.schema.statistics[0], of: entry) == word)
    #expect(backing.schema.statistics[0].isSigned == width.isSigned)
    #expect(backing.byteCount == 3 + width.byteCount)
  }

  @Test("The schema has a statistic for each field")
  func schema() {
    let backing = backed(by: [
      RecordField("packets", .u64, at: 0, meaning: "Packets received."),
      RecordField("queue", .s32, at: 8, .instant, unit: .bytes),
      RecordField("isUp", .bool, at: 12),
      RecordField("status", .u8, at: 13, .state, states: ["idle", "busy"]),
      RecordField<Bytes>("heat", .instant, unit: .none) { _ in Int16(-3) },
      RecordField<Bytes>("isOwn") { _ in true },
    ])
    let expected = Schema(packing: [
      Statistic("packets", .cumulative, meaning: "Packets received."),
      Statistic("queue", .instant, unit: .bytes, isSigned: true),
      Statistic("isUp", .instant, unit: .boolean),
      Statistic("status", .state, states: ["idle", "busy"]),
      Statistic("heat", .instant, isSigned: true), Statistic("isOwn", .instant, unit: .boolean),
    ])
    #expect(backing.schema == expected)
    #expect(backing.byteCount == 14)
  }

  @Test("It conforms with removed records and with one that became too short")
  func conforms() throws {
    let backing = backed(by: [
      RecordField("count", .u32, at: 0), RecordField("level", .s16, at: 4, .instant),
      RecordField("token", .instant) { (_: Bytes) in 7 },
    ])
    var members: [BackingConformance.Member] = []
    var counts: [Int: UInt64] = [:]
    for number in 0..<10 as Range<UInt64> {
      let bytes = Bytes(6)
      bytes.store(number, .u32, at: 0)
      bytes.store(0xfffe, .u16, at: 4)
      let token = try backing.add(bytes)
      counts[token] = number
      if number == 3 { backing.remove(token) }
      if number == 6 { bytes.shorten(to: 5) }
      members.append(
        .init(token: token, schema: backing.schema, works: number != 3 && number != 6))
    }
    let violations = BackingConformance(
      backing, members: members, expected: { [counts[$0] ?? 0, UInt64(bitPattern: -2), 7] }
    ).run()
    #expect(violations == [])
  }

  @Test("A record that is too short is rejected; one that becomes too short has no values")
  func short() throws {
    let backing = backed(by: [RecordField("a", .u8, at: 0), RecordField("b", .u64, at: 8)])
    #expect(throws: RecordError.tooShort(byteCount: 15, needed: 16)) { try backing.add(Bytes(15)) }
    let bytes = Bytes(16)
    let group = try backing.attach("test", bytes, to: tree.source("a"), in: tree)
    bytes.shorten(to: 15)
    let (sampler, entry) = try sampled(group)
    #expect(sampler.status(of: entry).word == "denied")
    #expect(sampler.value(backing.schema.statistics[0], of: entry) == nil)
    #expect(sampler.clearAtSource(backing.schema.statistics[1], of: entry) == .failed(code: 5))
    #expect(sampler.clearAtSource(backing.schema.statistics[0], of: entry) == .cleared)
  }

  @Test("A record that is not passed on stays stale with its last values")
  func notLent() throws {
    let isOpen = Atomic(true)
    let backing = RecordBacking(
      [RecordField("a", .u8, at: 0)],
      reading: { (bytes: Bytes, read) in if isOpen.load(ordering: .relaxed) { bytes.read(read) } })
    let group = try backing.attach("test", Bytes(1), to: tree.source("a"), in: tree)
    let (sampler, entry) = try sampled(group)
    isOpen.store(false, ordering: .relaxed)
    sampler.pass()
    #expect(sampler.status(of: entry).word == "stale")
    #expect(sampler.value(backing.schema.statistics[0], of: entry) == 0)
  }

  @Test("Counts are cleared if the field permits it, levels never")
  func clearing() throws {
    let own = Own()
    let fields: [RecordField<Bytes>] = [
      RecordField("narrow", .u16, at: 2), RecordField("level", .u8, at: 4, .instant),
      RecordField(
        "own", get: { _ in own.count.load(ordering: .relaxed) },
        clear: { _ in own.count.store(0, ordering: .relaxed) }),
      RecordField("fixed") { (_: Bytes) in UInt8(4) },
    ]
    let statistics = backed(by: fields).schema.statistics
    for isClearable in [true, false] {
      own.count.store(9, ordering: .relaxed)
      let backing = backed(by: fields, isClearable: isClearable)
      let bytes = Bytes(5)
      bytes.store(.max, .u32, at: 0)
      bytes.store(0xff, .u8, at: 4)
      let group = try backing.attach(
        "test", bytes, to: tree.source("clearable \(isClearable)"), in: tree)
      let (sampler, entry) = try sampled(group)
      let answers = statistics.map { sampler.clearAtSource($0, of: entry) }
      #expect(
        answers == [
          isClearable ? .cleared : .notPermitted, .notPermitted, .cleared, .notPermitted,
        ])
      #expect(backing.clear(group.token, statistics[1]) == .notPermitted)
      sampler.pass()
      let values = statistics.map { sampler.value($0, of: entry) }
      #expect(values == [isClearable ? 0 : 0xffff, 0xff, 0, 4])
      backing.remove(group.token)
      #expect(backing.clear(group.token, statistics[0]) == .failed(code: 2))
    }
  }

  @Test("A removed record is gone, and its token is never reused")
  func removed() throws {
    let backing = backed(by: [RecordField("a", .u8, at: 0)])
    let group = try backing.attach("test", Bytes(1), to: tree.source("a"), in: tree)
    let (sampler, entry) = try sampled(group)
    backing.remove(group.token)
    backing.remove(group.token)
    let other = Bytes(1)
    other.store(7, .u8, at: 0)
    #expect(try backing.add(other) != group.token)
    sampler.pass()
    #expect(sampler.status(of: entry) == .gone)
    #expect(sampler.value(backing.schema.statistics[0], of: entry) == nil)
  }

  @Test("A record is not added if the source rejects its group")
  func refused() throws {
    let other = Tree()
    let source = try other.add("a")
    let bytes = Bytes(1)
    let backing = backed(by: [RecordField("a", .u8, at: 0)])
    #expect(throws: RecordError.tree(.foreign(path: "a"))) {
      try backing.attach("test", bytes, to: source, in: tree)
    }
    #expect(backing.clear(0, backing.schema.statistics[0]) == .failed(code: 2))
  }

  @Test("The window of a record is within the pass")
  func window() throws {
    let backing = backed(by: [RecordField("a", .u8, at: 0)])
    let group = try backing.attach("test", Bytes(1), to: tree.source("a"), in: tree)
    let begin = monotonicNanoseconds()
    let (sampler, entry) = try sampled(group)
    let window = sampler.window(of: entry)
    #expect(begin <= window.begin && window.begin <= window.end)
    #expect(window.end <= monotonicNanoseconds())
  }

  @Test(
    "A pass over 1,000 records allocates nothing",
    .enabled(if: allocations_are_counted(), "a sanitizer replaces malloc"))
  func allocations() throws {
    let backing = backed(by: [
      RecordField("a", .u64, at: 0), RecordField("b", .s16, at: 8),
      RecordField("c", .instant) { (_: Bytes) in UInt32(5) },
    ])
    for number in 0..<1000 {
      try backing.attach("test", Bytes(10), to: tree.source("r\(number)"), in: tree)
    }
    let sampler = Sampler(tree)
    for _ in 0..<3 { sampler.pass() }
    allocations_reset()
    for _ in 0..<5 { sampler.pass() }
    let count = allocations_count()
    #expect(count == 0)
  }

  @Test("Records are added and removed while another thread samples")
  func threads() throws {
    let backing = backed(by: [RecordField("a", .u32, at: 0), RecordField("b", .u32, at: 4)])
    let tree = tree
    let isDone = Atomic(false)
    let churn = try SystemThread(name: "churn") {
      while !isDone.load(ordering: .relaxed) {
        let bytes = Bytes(8)
        bytes.store(3 << 32 | 3, .u64, at: 0)
        let source = tree.source("churning")
        guard let group = try? backing.attach("test", bytes, to: source, in: tree) else { continue }
        backing.remove(group.token)
        tree.remove(source)
      }
    }
    let sampler = Sampler(tree)
    var odd = 0
    for _ in 0..<2000 {
      sampler.pass()
      for entry in sampler.plan.entries {
        let values = backing.schema.statistics.map { sampler.value($0, of: entry) }
        if values != [3, 3], values != [nil, nil] { odd += 1 }
      }
    }
    isDone.store(true, ordering: .relaxed)
    churn.join()
    #expect(odd == 0)
  }
}
