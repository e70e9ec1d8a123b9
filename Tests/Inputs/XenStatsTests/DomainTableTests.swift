import Glibc
import LinuxSystem
import Statistics
import StatsTree
import TestSupport
import Testing
import XenTable

@testable import XenStats

/// Statistics tables of a simulated hypervisor: correct tables, the defects of the proposal, and
/// hostile answers.
@Suite struct DomainTableTests {
  private static let refused = "stats table: "

  /// A host with dom0 and domain 1; each vCPU ran a microsecond longer than the one before it.
  private func host(vcpus: Int) throws -> FakeXen {
    try FakeXen(domains: [FakeXen.DomainState(0), FakeXen.DomainState(1, vcpus: UInt64(vcpus))])
  }

  private func ran(_ vcpu: Int) -> UInt64 { 1_000_000_000 + 1_000 * UInt64(vcpu) }

  /// A correct table of the proposal for domain 1.
  private func table(
    vcpus: Int, stride: Int = XenTableLayout.defaultStride, mark: XenTableMark? = nil,
    size: Int = XenTableLayout.minimumSize
  ) throws -> SimulatedTables.Table {
    let layout = try XenTableLayout(size: size, stride: stride, count: vcpus)
    let table = try SimulatedTables.Table(frames: layout.frameCount)
    let writer = try table.writer(layout, mark: mark)
    for vcpu in 0..<vcpus { writer.update(vcpu, with: .running(ran(vcpu))) }
    return table
  }

  private final class Stage {
    let tree = Tree()
    let tables = SimulatedTables()
    let input: XenInput
    let sampler: Sampler
    private var entries: [String: Plan.Entry] = [:]

    init(_ xen: FakeXen, _ table: SimulatedTables.Table?, rescanSeconds: UInt64 = 0) {
      var options = XenInput.Options()
      options.library = xen.library
      options.rescanSeconds = rescanSeconds
      tables.tables[1] = table
      input = XenInput(tree, options: options, tables: tables)
      _ = input.refresh()
      sampler = Sampler(tree)
      pass()
    }

    func pass() {
      sampler.pass()
      entries = Dictionary(
        sampler.plan.entries.map { ($0.source.path, $0) }, uniquingKeysWith: { first, _ in first })
    }

    var domain: Source? { tree.find("xen/domain-1") }

    /// The provenances of the vCPUs by vCPU number.
    var provenances: [Provenance?] {
      (domain?.children ?? []).map { $0.groups.first?.provenance }
    }

    var diagnosticTexts: [String] {
      (tree.find("xen")?.diagnosticTexts ?? []) + (domain?.diagnosticTexts ?? [])
    }

    func value(_ name: String, _ vcpu: Int) -> UInt64? {
      guard let entry = entry(vcpu), let statistic = entry.group.schema[name] else { return nil }
      return sampler.value(statistic, of: entry)
    }

    func status(_ vcpu: Int) -> Status? { entry(vcpu).map { sampler.status(of: $0) } }

    func entry(_ vcpu: Int) -> Plan.Entry? {
      entries["xen/domain-1/vcpu\(vcpu)"]
    }
  }

  @Test(
    "Every one of 1 to 4,096 vCPUs is read at the offset that the header gives",
    arguments: [
      (1, 128), (2, 128), (2, 64), (31, 128), (32, 128), (33, 512), (64, 4096), (512, 128),
      (4096, 128), (4096, 512),
    ])
  func counts(vcpus: Int, stride: Int) throws {
    let xen = try host(vcpus: vcpus)
    let stage = Stage(xen, try table(vcpus: vcpus, stride: stride))
    let calls = xen[.vcpuCalls]
    #expect(stage.provenances == Array(repeating: .xenTable, count: vcpus))
    #expect(stage.diagnosticTexts.filter { !$0.contains("clock") } == [])
    stage.pass()
    for vcpu in 0..<vcpus { #expect(stage.value("running_ns", vcpu) == ran(vcpu)) }
    // Only the two vCPUs of dom0 are read by calls.
    #expect(xen[.vcpuCalls] - calls == 2)
  }

  @Test("A table is unmapped with its domain; dom0 has none")
  func lifecycle() throws {
    let xen = try host(vcpus: 2)
    let table = try table(vcpus: 2)
    let stage = Stage(xen, table)
    #expect(stage.tables.opened == [1])
    let domain = try #require(stage.input.domains[1])
    weak let held = stage.input.hypervisor?.tables?.table(of: domain)
    #expect(held != nil)
    xen.domains.removeLast()
    _ = stage.input.refresh()
    stage.pass()
    #expect(held == nil)
  }

  // MARK: - The size query

  @Test(
    "An impossible size of a table is refused and nothing is mapped",
    arguments: [
      // As Xen 4.17 answers for a type that it does not know: -EOPNOTSUPP in 32 bits.
      (4_294_967_201, "this Xen has no resource type 3 id 0 (EOPNOTSUPP)", true),
      (4_294_967_274, "the size of resource type 3 id 0: EINVAL", false),
      (0, "reports 0 frames; the vCPUs need 1 to 5", false),
      (6, "reports 6 frames; the vCPUs need 1 to 5", false),
      (UInt64.max, "frames; the vCPUs need 1 to 5", false),
      (1 << 31, "reports 2147483648 frames", false),
    ] as [(UInt64, String, Bool)])
  func hostileSizes(frames: UInt64, reason: String, isHostWide: Bool) throws {
    let table = try table(vcpus: 4)
    table.reportedFrames = frames
    let stage = Stage(try host(vcpus: 4), table)
    #expect(table.mapCount == 0)
    #expect(stage.diagnosticTexts.count == 1)
    #expect(
      stage.diagnosticTexts[0].hasPrefix(Self.refused) && stage.diagnosticTexts[0].contains(reason))
    #expect(stage.tree.find("xen")?.diagnosticTexts.isEmpty == !isHostWide)
    #expect(stage.provenances == Array(repeating: .xenControl, count: 4))
    #expect(stage.value("running_ns", 3) == ran(3))
  }

  @Test("A refusal is reported once, for the host or for one domain")
  func refusals() throws {
    let cases: [(size: CInt, map: CInt, open: CInt, isHostWide: Bool)] = [
      (EOPNOTSUPP, 0, 0, true), (0, EOPNOTSUPP, 0, true), (0, 0, ENOENT, true),
      (0, EPERM, 0, false), (EPERM, 0, 0, false), (0, EINVAL, 0, false), (ENOTTY, 0, 0, true),
    ]
    for (size, map, open, isHostWide) in cases {
      let xen = try host(vcpus: 2)
      xen.domains.append(FakeXen.DomainState(2))
      let tree = Tree()
      let tables = SimulatedTables()
      let table = try table(vcpus: 2)
      (table.sizeError, table.mapError, tables.openError) = (size, map, open)
      (tables.tables[1], tables.tables[2]) = (table, table)
      var options = XenInput.Options()
      options.library = xen.library
      let input = XenInput(tree, options: options, tables: tables)
      #expect(input.refresh().count == 3)
      #expect(tables.opened == (isHostWide ? [1] : [1, 2]), "\(size) \(map) \(open)")
      #expect(tree.find("xen")?.diagnosticTexts.count == (isHostWide ? 1 : 0))
      #expect(tree.find("xen/domain-2/vcpu1")?.groups.first?.provenance == .xenControl)
    }
  }

  @Test("Without a size query the size of the proposal is mapped")
  func noSizeQuery() throws {
    let table = try table(vcpus: 64)
    table.sizeError = EINVAL
    let stage = Stage(try host(vcpus: 64), table)
    #expect(stage.provenances == Array(repeating: .xenTable, count: 64))
    #expect(stage.value("running_ns", 63) == ran(63))
  }

  // MARK: - The defects of the proposal

  @Test("Defect 1: misplaced entries are detected and not used")
  func misplacedEntries() throws {
    // vCPU v is written at 128 + 2048 * v: where the entry of vCPU 16 * v belongs.
    let vcpus = 64
    let layout = try XenTableLayout(count: vcpus)
    let table = try SimulatedTables.Table(frames: layout.frameCount)
    let memory = try table.memory()
    for (offset, word) in [(4, 128), (8, 16), (12, 128), (0, 0xaabb_ccdd)] as [(Int, UInt32)] {
      memory.storeRelaxed(word, at: offset)
    }
    for vcpu in 0..<vcpus where 128 + 2048 * vcpu + 16 <= table.byteCount {
      memory.storeRelaxed(UInt32(2), at: 128 + 2048 * vcpu)
      memory.storeRelaxed(
        100_000_000_000 - UInt64(vcpu) * 1_000_000_000, at: 128 + 2048 * vcpu + 8)
    }
    let xen = try host(vcpus: vcpus)
    // Later vCPUs ran less: the entry of vCPU 1, where that of 16 belongs, is ahead of it.
    xen.domains[1].vcpuRun = 100_000_000_000
    xen.domains[1].vcpuStep = UInt64(bitPattern: -1_000_000_000)
    let stage = Stage(xen, table)
    #expect(stage.provenances == Array(repeating: .xenControl, count: vcpus))
    #expect(stage.diagnosticTexts.count == 1)
    #expect(
      stage.diagnosticTexts[0].contains(
        "its writer places entries elsewhere than its header states"))
    #expect(stage.value("running_ns", 2) == 98_000_000_000)
  }

  @Test("Defect 1 with few vCPUs: an entry that is never written is abandoned after its vCPU ran")
  func unwrittenEntries() throws {
    let table = try SimulatedTables.Table(frames: 1)
    let memory = try table.memory()
    for (offset, word) in [(4, 128), (8, 16), (12, 128), (0, 0xaabb_ccdd)] as [(Int, UInt32)] {
      memory.storeRelaxed(word, at: offset)
    }
    memory.storeRelaxed(UInt32(2), at: 128)
    memory.storeRelaxed(ran(0), at: 136)
    // The entry of vCPU 1 is misplaced; that of vCPU 2 would be after the only frame.
    memory.storeRelaxed(UInt32(2), at: 2176)
    memory.storeRelaxed(ran(1), at: 2184)
    let xen = try host(vcpus: 3)
    let stage = Stage(xen, table)
    for _ in 0..<3 { _ = stage.input.refresh() }
    // No vCPU has run since: an entry that was not written yet is no contradiction.
    #expect(stage.provenances == [.xenTable, .xenTable, .xenTable])
    #expect(stage.value("running_ns", 0) == ran(0))
    #expect(stage.value("running_ns", 1) == nil, "unwritten memory is not a zero")
    // Each verification compares the next vCPU.
    xen.advance(2_000_000)
    for _ in 0..<3 { _ = stage.input.refresh() }
    stage.pass()
    #expect(stage.provenances == [.xenControl, .xenControl, .xenControl])
    #expect(stage.value("running_ns", 1) == ran(1) + 2_000_000)
    #expect(stage.diagnosticTexts.count == 1)
    #expect(stage.diagnosticTexts[0].contains("ran 0 ns by the table"))
    #expect(stage.input.hypervisor?.tables?.backing.openCount == 0)
  }

  @Test("Defects 3 and 4: vCPUs without room in the frames are read by libxenctrl")
  func tooFewFrames() throws {
    // 64 vCPUs need three frames; the proposal's formula for the acquisition has one.
    let full = try table(vcpus: 64)
    let table = try SimulatedTables.Table(frames: 1)
    try table.memory().storeRelaxed(
      words: full.memory().copyBytes(at: 0, count: 4096)[...], at: 0)
    let stage = Stage(try host(vcpus: 64), table)
    let inFrame = (4096 - 128) / 128
    #expect(
      stage.provenances
        == Array(repeating: .xenTable, count: inFrame)
        + Array(repeating: .xenControl, count: 64 - inFrame))
    for vcpu in 0..<64 { #expect(stage.value("running_ns", vcpu) == ran(vcpu)) }
    #expect(stage.diagnosticTexts.contains { $0.contains("room for 31 of 64 vCPUs") })
  }

  @Test("Defect 5: without a clock times stand still, with a diagnostic; with one they advance")
  func staleness() throws {
    let plain = Stage(try host(vcpus: 1), try table(vcpus: 1))
    #expect(
      plain.diagnosticTexts.count == 1 && plain.diagnosticTexts[0].contains("runs without a pause"))
    plain.pass()
    #expect(plain.value("running_ns", 0) == ran(0) && plain.status(0) == .up)

    let layout = try XenTableLayout(size: XenTableLayout.fullSize, count: 2)
    let table = try SimulatedTables.Table(frames: 1)
    let start = monotonicNanoseconds()
    let writer = try table.writer(
      layout, mark: XenTableMark(domain: 1, generation: 1, created: start))
    for vcpu in 0..<2 {
      let times = XenRunTimes(
        running: .value(ran(vcpu)), runnable: .value(20), blocked: .value(3), offline: .value(0))
      writer.update(
        vcpu,
        with: XenVCPUEntry(
          times: times, stateEntryTime: .value(start), sampleTime: .value(start),
          state: vcpu == 0 ? .running : .blocked, startTime: .value(start - ran(vcpu) - 23)))
    }
    let marked = Stage(try host(vcpus: 2), table)
    #expect(marked.diagnosticTexts == [])
    for _ in 0..<2 {
      marked.pass()
      let window = marked.entry(0).map { marked.sampler.window(of: $0) }
      let end = try #require(marked.value("sample_ns", 0))
      #expect(window.map { ($0.begin...$0.end).contains(end) } == true)
      #expect(marked.value("running_ns", 0) == ran(0) + end - start)
      #expect(marked.value("runnable_ns", 0) == 20)
      #expect(marked.value("running_ns", 1) == ran(1))
      let blockedEnd = try #require(marked.value("sample_ns", 1))
      #expect(marked.value("blocked_ns", 1) == 3 + blockedEnd - start)
    }
  }

  @Test("Defect 6: a value that the table does not have is missing, never 0")
  func onlyRunning() throws {
    let stage = Stage(try host(vcpus: 1), try table(vcpus: 1))
    for name in ["runnable_ns", "blocked_ns", "offline_ns", "state", "sample_ns", "cpu"] {
      #expect(stage.value(name, 0) == nil, "\(name)")
    }
  }

  @Test("Defect 7: a table that is not initialised, or is none, is refused with the reason")
  func unannounced() throws {
    for (magic, reason) in [
      (UInt32(0), "magic is missing"), (1, "magic is missing"),
      (0xddcc_bbaa, "other byte order"), (0x1234_5678, "magic is 0x12345678"),
    ] {
      let table = try table(vcpus: 2)
      try table.memory().storeRelaxed(magic, at: 0)
      let stage = Stage(try host(vcpus: 2), table)
      #expect(stage.provenances == [.xenControl, .xenControl])
      #expect(stage.diagnosticTexts.contains { $0.contains(reason) }, "\(stage.diagnosticTexts)")
    }
  }

  @Test("Defect 9: a time with its top bit set is no value")
  func topBit() throws {
    let table = try table(vcpus: 2)
    let memory = try table.memory()
    let layout = try XenTableLayout(count: 2)
    memory.storeRelaxed(UInt64(1) << 63 | ran(1), at: layout.offset(ofEntry: 1) + 8)
    let stage = Stage(try host(vcpus: 2), table)
    #expect(stage.value("running_ns", 0) == ran(0) && stage.value("running_ns", 1) == nil)
    #expect(stage.status(1) == .up)
  }

  @Test(
    "Defect 10: a header that does not fit its memory is refused",
    arguments: [
      (4, 8, "offset is 8"), (4, 12_345, "offset is 12345"), (4, 8192, "bytes, the memory 4096"),
      (8, 8, "size is 8"), (12, 8, "stride is 8"), (12, 20, "stride is 20"), (12, 0, "stride is 0"),
    ] as [(Int, UInt32, String)])
  func wrongHeaders(offset: Int, value: UInt32, reason: String) throws {
    let table = try table(vcpus: 4)
    try table.memory().storeRelaxed(value, at: offset)
    let stage = Stage(try host(vcpus: 4), table)
    #expect(stage.provenances == Array(repeating: .xenControl, count: 4))
    #expect(stage.diagnosticTexts.contains { $0.contains(reason) }, "\(stage.diagnosticTexts)")
  }

  @Test("The table of another domain and a table with a changed header are not used")
  func identity() throws {
    let other = try table(
      vcpus: 2, mark: XenTableMark(domain: 7, generation: 1, created: 1),
      size: XenTableLayout.fullSize)
    #expect(
      Stage(try host(vcpus: 2), other).diagnosticTexts.contains {
        $0.contains("it belongs to domain 7")
      })

    let changing = try table(vcpus: 2)
    let stage = Stage(try host(vcpus: 2), changing)
    #expect(stage.provenances == [.xenTable, .xenTable])
    try changing.memory().storeRelaxed(UInt32(256), at: 12)
    _ = stage.input.refresh()
    stage.pass()
    #expect(stage.provenances == [.xenControl, .xenControl])
    #expect(stage.diagnosticTexts.contains { $0.contains("header changed") })
    #expect(stage.value("running_ns", 1) == ran(1))
  }

  @Test("Only permitted access methods are used")
  func methods() throws {
    let cases: [(XenInput.Method, Provenance)] = [(.table, .xenTable), (.libxenctrl, .xenControl)]
    for (method, provenance) in cases {
      let xen = try host(vcpus: 1)
      let tables = SimulatedTables()
      tables.tables[1] = try table(vcpus: 1)
      var options = XenInput.Options()
      options.library = xen.library
      options.methods = [method]
      let tree = Tree()
      _ = XenInput(tree, options: options, tables: tables).refresh()
      #expect(tree.find("xen/domain-1/vcpu0")?.groups.map(\.provenance) == [provenance])
      let isDom0Read = tree.find("xen/Domain-0/vcpu0")?.groups.isEmpty == false
      #expect(isDom0Read == (method == .libxenctrl))
    }
  }
}
