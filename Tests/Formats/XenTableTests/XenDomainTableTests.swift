import CAllocations
import LinuxSystem
import Statistics
import StatsChecks
import Testing

@testable import XenTable

@Suite struct XenDomainTableTests {
  private let layout: XenTableLayout

  init() throws {
    layout = try XenTableLayout(size: 80, count: 1)
  }

  @Test("A domain's entry has the sums of its vCPUs at one time")
  func sums() {
    // Both times count up to 1,010. The first vCPU continues to run, the second one waits.
    let vcpus: [XenVCPUEntry] = [.example(1), .example(1, state: .runnable)]
    let sums = XenDomainEntry(summing: vcpus.span, at: 1_110, generation: 4)
    #expect(XenRunState.allCases.map { sums.times[$0].value } == [102, 104, 6, 8])
    #expect(sums.sampleTime == .value(1_110) && sums.startTime == .value(1_000))
    #expect(sums.vcpuCount == .value(2) && sums.runningCount == .value(1))
    #expect(sums.generation == .value(4))
    #expect(sums.runningTime(at: 1_120) == 112 && sums.runningTime(at: 0) == 102)
    let gone = XenRunTimes(
      running: .value(5), runnable: .value(5), blocked: .value(5), offline: .value(5))
    let all = XenDomainEntry(summing: vcpus.span, gone: gone, at: 1_110)
    #expect(XenRunState.allCases.map { all.times[$0].value } == [107, 109, 11, 13])
  }

  @Test("A sum with a missing part is inactive")
  func missingPart() {
    let proposal = XenVCPUEntry(times: XenRunTimes(running: .value(9)))
    let vcpus: [XenVCPUEntry] = [.example(1), proposal]
    let sums = XenDomainEntry(summing: vcpus.span, at: 1_010)
    #expect(sums.times.running == .value(10) && sums.times.runnable == .inactive)
    #expect(sums.sampleTime == .inactive && sums.runningCount == .inactive)
    let noVCPUs: [XenVCPUEntry] = []
    let none = XenDomainEntry(summing: noVCPUs.span, at: 5)
    #expect(none.times.sum == 0 && none.vcpuCount == .value(0) && none.startTime == .inactive)
  }

  @Test("A vCPU table is not accepted as a domain table, nor the reverse")
  func kinds() throws {
    let domain = try MappedXenTable(byteCount: layout.byteCount)
    let vcpus = try MappedXenTable(byteCount: layout.byteCount)
    _ = try vcpus.writer(layout)
    let writer = try domain.domainWriter(layout)
    #expect(
      error { _ = try domain.reader() } == .unknownMagic(0xaabb_ccee, expected: 0xaabb_ccdd))
    #expect(
      error { _ = try vcpus.domainReader() } == .unknownMagic(0xaabb_ccdd, expected: 0xaabb_ccee))
    let other = try MappedXenTable(byteCount: 4096)
    #expect(
      error { _ = try other.domainWriter(XenTableLayout(size: 80, count: 2)) }
        == .field(.count, value: 2, rule: "1 in a domain's table"))
    let reader = try domain.domainReader()
    #expect(reader.read(0) == .inactive)
    let entries: [XenVCPUEntry] = [.example(3)]
    let sums = XenDomainEntry(summing: entries.span, at: 1_040, generation: 1)
    writer.update(0, with: sums)
    #expect(reader.read(0).entry == sums)
  }

  @Test(
    "The check compares the sums with the vCPUs", arguments: [UInt64(0), UInt64(10), UInt64(2_000)])
  func crossCheck(error: UInt64) throws {
    let vcpuLayout = try XenTableLayout(size: 80, count: 4)
    let vcpuTable = try MappedXenTable(byteCount: vcpuLayout.byteCount)
    let domainTable = try MappedXenTable(byteCount: layout.byteCount)
    let vcpuWriter = try vcpuTable.writer(vcpuLayout)
    let domainWriter = try domainTable.domainWriter(layout)
    let vcpus = try vcpuTable.reader()
    let domain = try domainTable.domainReader()
    func outcome(_ hasLostVCPUs: Bool = false) -> Finding.Outcome? {
      XenTableCheck.checkSums(
        vcpus: vcpus, domain: domain, object: "domain", hasLostVCPUs: hasLostVCPUs
      ).first?.outcome
    }
    #expect(outcome() == .skip("the domain's table has no sums of a single time"))
    // One vCPU is missing; the others are extrapolated to the time of the sums.
    let entries: [XenVCPUEntry] = [.example(1), .example(2), .example(3, state: .blocked)]
    for (index, entry) in entries.enumerated() { vcpuWriter.update(index, with: entry) }
    var sums = XenDomainEntry(summing: entries.span, at: 5_000, generation: 1)
    sums.times.running = sums.times.running.advanced(by: error)
    domainWriter.update(0, with: sums)
    let isGood = error <= 1_000
    if isGood {
      #expect(outcome() == .pass)
    } else {
      #expect(outcome() == .fail("running: 9976, vCPUs 7976"))
      #expect(outcome(true) == .pass)
    }
    vcpuWriter.update(0, with: .example(1_000))
    #expect(outcome() == .skip("vCPUs were updated after the sums at each attempt"))
    let findings = XenTableCheck(
      domainTable.file.descriptor, of: .domain, object: "domain"
    ).run(pause: {})
    #expect(!findings.contains { if case .fail = $0.outcome { true } else { false } })
  }

  @Test("An entry is stored as a record of its schema")
  func record() throws {
    let schema = XenTableKind.vcpus.schema
    #expect(
      schema.statistics.map(\.name) == [
        "running_ns", "runnable_ns", "blocked_ns", "offline_ns", "state_entry_ns", "sample_ns",
        "state", "start_ns", "generation",
      ])
    #expect(schema.wordCount == XenEntryFields.count)
    #expect(XenTableKind.domain.schema.wordCount == XenEntryFields.count)
    #expect(schema["state"]?.states == ["running", "runnable", "blocked", "offline"])
    var words = [UInt64](repeating: 1, count: 9)
    var record = words.mutableSpan
    var entry = XenVCPUEntry.example(2, state: .offline)
    entry.times.runnable = .notProduced
    entry.generation = .inactive
    entry.store(into: &record)
    #expect(words == [2, .max, 6, 8, 1_020, 1_020, 3, 1_000, .max])
  }

  @Test(
    "Reading into records does not allocate",
    .enabled(if: allocations_are_counted(), "a sanitizer replaces malloc"))
  func allocations() throws {
    let layout = try XenTableLayout(size: 80, count: 64)
    let table = try MappedXenTable(byteCount: layout.byteCount)
    let writer = try table.writer(layout)
    for index in 0..<64 { writer.update(index, with: .example(UInt64(index) + 1)) }
    let reader = try table.reader()
    var words = [UInt64](repeating: 0, count: 9)
    var record = words.mutableSpan
    // One-time allocations happen here.
    _ = reader.read(0, into: &record)
    writer.update(0, with: .example(1))
    allocations_reset()
    var read = 0
    for index in 0..<64 {
      if case .entry = reader.read(index, into: &record) { read += 1 }
      writer.update(index, with: .example(UInt64(index) + 2))
    }
    let count = allocations_count()
    #expect(read == 64 && count == 0)
    #expect(words[0] == 64)
  }
}
