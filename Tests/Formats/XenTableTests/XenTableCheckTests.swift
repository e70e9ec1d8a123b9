import LinuxSystem
import Statistics
import StatsChecks
import Testing

@testable import XenTable

@Suite struct XenTableCheckTests {
  /// The changes to a valid table before and between the snapshots, and the rules that they
  /// violate.
  struct Case: Sendable, CustomTestStringConvertible {
    let rules: Set<String>
    let before: @Sendable (borrowing Mapping) -> Void
    let between: @Sendable (borrowing Mapping) -> Void

    init(
      _ rules: String..., before: @escaping @Sendable (borrowing Mapping) -> Void = { _ in },
      between: @escaping @Sendable (borrowing Mapping) -> Void = { _ in }
    ) {
      self.rules = Set(rules)
      self.before = before
      self.between = between
    }

    var testDescription: String { rules.sorted().joined(separator: " ") }
  }

  /// Slot 1 of the table of `good()`.
  private static let slot = 256

  /// An update of slot 1 by a writer that violates the protocol.
  @Sendable private static func update(
    _ memory: borrowing Mapping, _ fields: [Int: UInt64], halves: [Int: UInt32] = [:]
  ) {
    let sequence = memory.loadRelaxed(UInt32.self, at: slot)
    for (offset, value) in fields { memory.storeRelaxed(value, at: slot + offset) }
    for (offset, value) in halves { memory.storeRelaxed(value, at: slot + offset) }
    memory.storeReleasing(sequence &+ 2, at: slot)
  }

  static let cases: [Case] = [
    Case(),
    Case("X2", before: { $0.storeRelaxed(UInt32(0), at: 0) }),
    Case("X2", before: { $0.storeRelaxed(UInt32(0xddcc_bbaa), at: 0) }),
    Case("X3", before: { $0.storeRelaxed(UInt32(12), at: 4) }),
    Case("X4", before: { $0.storeRelaxed(UInt32(4), at: 8) }),
    Case("X5", before: { $0.storeRelaxed(UInt32(72), at: 12) }),
    Case("X5", before: { $0.storeRelaxed(UInt32(100), at: 12) }),
    Case("X6", before: { $0.storeRelaxed(UInt32(129), at: 20) }),
    Case("X7", before: { $0.storeRelaxed(UInt32(4), at: 24) }),
    Case(
      "X7",
      before: {
        $0.storeRelaxed(UInt32.max, at: 4); $0.storeRelaxed(UInt32(1 << 20), at: 4)
      }),
    Case("X8", before: { $0.storeRelaxed(UInt32(5), at: slot + 4) }),
    Case("X8", before: { $0.storeRelaxed(UInt32(5), at: 52) }),
    Case("X9", before: { $0.storeRelaxed(UInt32(5), at: 120) }),
    Case("X10", before: { $0.storeRelaxed(UInt32(5), at: slot + 80) }),
    Case("X10", before: { $0.storeRelaxed(UInt32(5), at: 128 + 3 * 128) }),
    Case("X11", between: { $0.storeRelaxed(UInt32(5), at: 48) }),
    Case("X11", between: { $0.storeRelaxed(UInt32(0), at: 0) }),
    Case(between: { $0.storeRelaxed(UInt64(5), at: 32) }),
    Case("X12", between: { $0.storeRelaxed(UInt32(0), at: 100) }),
    Case("X12", between: { $0.storeRelaxed(UInt32(0), at: slot + 124) }),
    Case("X13", between: { $0.storeRelaxed(UInt64(2_001), at: slot + 8) }),
    Case("X14", between: { $0.storeRelaxed(UInt32(4), at: 128) }),
    Case("X15", before: { $0.storeRelaxed(UInt32(3), at: slot) }),
    Case("X17", "X23", between: { update($0, [8: 1 << 63 | 5]) }),
    Case("X18", between: { update($0, [:], halves: [56: 4]) }),
    Case("X19", between: { update($0, [40: 21_001]) }),
    Case("X20", "X22", between: { update($0, [16: 4_000 + 1_001]) }),
    Case(between: { update($0, [24: 6_000 + 500, 48: 21_000 + 500]) }),
    Case("X21", between: { update($0, [8: 1_999]) }),
    Case("X21", between: { update($0, [40: 20_999, 48: 20_999]) }),
    Case(between: { update($0, [8: 10, 16: 0, 24: 0, 32: 0, 64: 20_990, 72: 2]) }),
    Case("X20", "X22", between: { update($0, [8: 5_000, 48: 21_100]) }),
    Case("X23", between: { update($0, [:], halves: [60: 0x1fd]) }),
    Case("X23", "X24", between: { update($0, [:], halves: [60: 0x1bf]) }),
    // Removing a whole vCPU violates no rule.
    Case(between: { update($0, [:], halves: [60: 0]) }),
  ]

  /// A table of three vCPUs, followed by unused memory; only the second vCPU is active.
  private func good() throws -> MappedXenTable {
    let table = try MappedXenTable(byteCount: 128 + 3 * 128 + 64)
    let writer = try table.writer(try XenTableLayout(size: 80, count: 3))
    writer.update(0, with: .example(1_000))
    writer.update(1, with: .example(2_000))
    return table
  }

  private func failed(_ findings: [Finding]) -> Set<String> {
    Set(
      findings.compactMap { finding in
        if case .fail = finding.outcome { finding.check } else { nil }
      })
  }

  @Test("The check reports the rules that a table violates", arguments: cases)
  func violations(broken: Case) throws {
    let table = try good()
    let memory = try table.map()
    broken.before(memory)
    let check = XenTableCheck(table.file.descriptor, object: "table")
    let findings = check.run(active: [1], timeout: 0) { broken.between(memory) }
    #expect(failed(findings) == broken.rules, "\(findings)")
    #expect(Set(findings.map(\.check)).count == findings.count)
  }

  @Test("On a valid table each rule passes or is skipped with a reason")
  func validTable() throws {
    let table = try good()
    let findings = XenTableCheck(try table.map(), object: "table").run(pause: {})
    let numbers = findings.map(\.check).compactMap { Int($0.dropFirst()) }.sorted()
    #expect(numbers == Array(1...24) + [26])
    let skipped = findings.filter { if case .skip = $0.outcome { true } else { false } }
    #expect(skipped.map(\.check) == ["X14", "X26"])
  }

  @Test("A table of the RFC passes all applicable rules")
  func proposal() throws {
    let table = try MappedXenTable(byteCount: 4096)
    let writer = try table.writer(try XenTableLayout(count: 2), mark: nil)
    writer.update(1, with: .example(4))
    let findings = XenTableCheck(table.file.descriptor, object: "table").run(active: [1], pause: {})
    #expect(failed(findings).isEmpty)
    let skipped = findings.filter { if case .skip = $0.outcome { true } else { false } }
    #expect(skipped.map(\.check) == ["X18", "X19", "X20", "X24", "X22", "X26"])
  }

  @Test("A table passes while it is updated")
  func inUse() throws {
    let layout = try XenTableLayout(size: 80, stride: 80, count: 3)
    let table = try MappedXenTable(byteCount: layout.byteCount)
    let work = UpdateWork(try table.writer(layout))
    let thread = try SystemThread(name: "updates") { work.run() }
    for _ in 0..<20 {
      let check = XenTableCheck(table.file.descriptor, object: "table")
      let findings = check.run(active: [0, 1], timeout: 2_000_000_000) {
        sleepNanoseconds(1_000_000)
      }
      #expect(failed(findings).isEmpty, "\(findings)")
    }
    work.stop()
    thread.join()
  }

  @Test("A check of a maximum-size table with only unfinished updates ends in time")
  func maximumSize() throws {
    let slots = 1 << 16
    let table = try MappedXenTable(byteCount: 128 + (slots + 1) * 16)
    _ = try table.writer(
      try XenTableLayout(offset: 128, size: 16, stride: 16, count: slots + 1), mark: nil)
    let memory = try table.map()
    let findings = XenTableCheck(table.file.descriptor, object: "table").run(pause: {})
    #expect(failed(findings) == ["X7"])
    for index in 0..<slots { memory.storeRelaxed(UInt32(1), at: 128 + index * 16) }
    let check = XenTableCheck(table.file.descriptor, object: "table", count: slots)
    #expect(failed(check.run(timeout: 0, pause: {})) == ["X15"])
  }
}
