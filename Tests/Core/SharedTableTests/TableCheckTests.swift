import CVitals
import LinuxSystem
import SharedTable
import Statistics
import StatsChecks
import Testing

struct TableCheckTests {
  /// A table of two sources with a relaxed, a latched and an on-demand group.
  private static func publisher() throws -> (Publisher, [Record]) {
    let publisher = try Tables.publisher()
    let host = try publisher.addSource("worker0", keys: ["worker": "0"], labels: ["v": "1"])
    let child = try publisher.addSource("cache", below: host)
    let all = try publisher.addRecord("all", schema: Tables.schema, to: host)
    let sums = try publisher.addRecord(
      "sums", schema: Tables.sums, to: child, consistency: .latched)
    let heavy = try publisher.addRecord("heavy", schema: Tables.heavy, to: child)
    all.counter("served")?.add(10)
    all.level("deepest")?.set(9)
    all.level("phase")?.set(1)
    sums.replace([1, 2, 3], window: Window(begin: 5, end: 6))
    return (publisher, [all, sums, heavy])
  }

  private func failures(_ findings: [Finding]) -> [String] {
    findings.compactMap { finding in
      if case .fail = finding.outcome { finding.check } else { nil }
    }
  }

  @Test("A valid table passes all applicable checks")
  func validTable() throws {
    let (publisher, records) = try Self.publisher()
    let image = try TableFileImage(of: publisher)
    let findings = TableCheck(image.path) {}.run()
    #expect(failures(findings).isEmpty, "\(findings)")
    let skipped = findings.filter { if case .skip = $0.outcome { true } else { false } }
    #expect(skipped.map(\.check) == ["T23", "T24", "T25", "T26"], "a copy has no publisher")
    withExtendedLifetime(records) {}
  }

  /// A violation of a rule, and the check that must detect it.
  struct Break: CustomTestStringConvertible, Sendable {
    let check: String
    let testDescription: String
    let before: @Sendable (TableFileImage) -> Void
    let between: @Sendable (TableFileImage) -> Void

    init(
      _ check: String, _ description: String,
      between: @escaping @Sendable (TableFileImage) -> Void = { _ in },
      before: @escaping @Sendable (TableFileImage) -> Void = { _ in }
    ) {
      self.check = check
      testDescription = description
      self.before = before
      self.between = between
    }
  }

  static let breaks: [Break] = [
    Break("T1", "another magic", before: { $0.set(UInt8(0x58), at: 0) }),
    Break("T1", "a short header", before: { $0.set(UInt32(152), at: 16) }),
    Break("T2", "blocks beyond the file", before: { $0.set($0.word(at: 56) + 4_096, at: 56) }),
    Break(
      "T4", "a block of size 0", before: { $0.set(UInt64(0), at: $0.blocks(VITALS_GROUP)[1] + 8) }),
    Break(
      "T4", "a group without a schema",
      before: { $0.set(UInt64(999), at: $0.blocks(VITALS_GROUP)[0] + 32) }),
    Break(
      "T4", "a source below itself",
      before: {
        $0.set(
          UInt64($0.word(at: $0.blocks(VITALS_SOURCE)[1])), at: $0.blocks(VITALS_SOURCE)[1] + 24)
      }),
    Break(
      "T5", "a duplicate id",
      before: {
        let sources = $0.blocks(VITALS_SOURCE)
        $0.set($0.word(at: sources[0]), at: sources[1])
      }),
    Break(
      "T6", "overlapping values",
      before: {
        let groups = $0.blocks(VITALS_GROUP)
        $0.set($0.word(at: groups[0] + 40), at: groups[1] + 40)
      }),
    Break(
      "T7", "values outside of the group's block",
      before: {
        $0.set(UInt64(192), at: $0.blocks(VITALS_GROUP)[0] + 40)
      }),
    Break(
      "T8", "an unknown kind",
      before: {
        let schema = $0.blocks(VITALS_SCHEMA)[0]
        $0.set(UInt32(77), at: schema + Int($0.half(at: schema + 36)) + 4)
      }),
    Break("T10", "an instance that changes", between: { $0.set(UInt64(1), at: 72) }),
    Break("T11", "a decreasing generation", between: { $0.set(UInt64(1), at: 64) }),
    Break(
      "T12", "a decreasing update count",
      between: { $0.set(UInt64(0), at: $0.blocks(VITALS_GROUP)[1] + 80) }),
    Break(
      "T14", "a write after the values",
      between: {
        let group = $0.blocks(VITALS_GROUP)[1]
        $0.set(UInt64(7), at: $0.value(3, ofGroup: group))
      }),
    Break(
      "T15", "a decreasing counter",
      between: {
        $0.set(UInt64(3), at: $0.value(0, ofGroup: $0.blocks(VITALS_GROUP)[0]))
      }),
    Break(
      "T16", "a decreasing peak",
      between: {
        $0.set(UInt64(3), at: $0.value(2, ofGroup: $0.blocks(VITALS_GROUP)[0]))
      }),
    Break(
      "T17", "a state without a name",
      before: {
        let words = Tables.schema.wordCount
        $0.set(UInt64(3), at: $0.value(words - 1, ofGroup: $0.blocks(VITALS_GROUP)[0]))
      }),
    Break(
      "T20", "a window in the future",
      before: {
        let group = $0.blocks(VITALS_GROUP)[1]
        $0.set(UInt64.max / 2, at: $0.value(0, ofGroup: group) + Int($0.word(at: group + 48)) - 8)
      }),
    Break(
      "T21", "a start in the future",
      before: {
        $0.set(UInt64.max / 2, at: $0.blocks(VITALS_GROUP)[0] + 72)
      }),
  ]

  @Test(
    "A violation fails the check of its rule", arguments: breaks)
  func violations(_ broken: Break) throws {
    let (publisher, records) = try Self.publisher()
    let image = try TableFileImage(of: publisher)
    broken.before(image)
    try image.write()
    let findings = TableCheck(image.path) {
      broken.between(image)
      try? image.write()
    }.run()
    #expect(failures(findings).contains(broken.check), "\(findings)")
    withExtendedLifetime(records) {}
  }

  @Test("The table of a live publisher passes all checks")
  func livePublisher() throws {
    let directory = "/dev/shm/vitals-check-\(currentProcess())-\(UInt32.random(in: 0 ... .max))"
    let publisher = try Publisher(Publication(name: "web", directory: directory))
    let record = try publisher.addRecord(
      "sums", schema: Tables.sums, to: try publisher.addSource("worker"), consistency: .latched)
    record.replace([1, 2, 3])
    let findings = TableCheck("\(directory)/web.socket") {}.run()
    #expect(failures(findings).isEmpty, "\(findings)")
    let passed = findings.filter { $0.outcome == .pass }.map(\.check)
    #expect(Set(["T23", "T24", "T25", "T26"]).isSubset(of: Set(passed)), "\(findings)")
    publisher.close()
    removeDirectory(directory)
  }
}
