import Statistics
import StrictJSON
import Testing

@testable import QEMUMonitor

@Suite struct QMPSchemaTests {
  private func reader(_ text: String) -> JSONReader { JSONReader(Array(text.utf8)) }

  private func schema(_ target: QMPCommand.Target) throws -> QMPSchema {
    let described = try QMPSchema.statistics(of: target, in: reader(Transcript.schemas))
    let values =
      target == .vm
      ? Transcript.vmValues(pages: 1) : Transcript.vcpuValues(exits: 1)
    return try QMPSchema(described, sizes: QMPSchema.sizes(in: reader(values)))
  }

  @Test("A schema has the described statistics in reverse order, with the sizes of the values")
  func description() throws {
    let statistics = try schema(.vcpu).schema.statistics
    let novel = Scale(base: .unknown(0xf), exponent: 3)
    let expected = Schema(packing: [
      Statistic("exits", .cumulative),
      Statistic("halt_wait_ns", .cumulative, unit: .seconds, scale: .nano),
      Statistic("blocking", .instant, unit: .boolean),
      Statistic("halt_wait_hist", .logHistogram, unit: .seconds, scale: .nano, size: 7),
      Statistic("steps", .linearHistogram, size: 3, bucketSize: 5),
      Statistic("absent_hist", .logHistogram),
      Statistic("absent", .cumulative),
      Statistic("novel", .unknown(0xf), unit: .unknown(0xf), scale: novel, size: 2),
    ])
    #expect(statistics == expected.statistics)
  }

  @Test("The schema omits other providers")
  func providers() throws {
    let statistics = try schema(.vm).schema.statistics
    #expect(statistics.map(\.name) == ["time", "pages"])
    #expect(statistics.map(\.kind) == [.peak, .instant])
    #expect(statistics.map(\.unit) == [.cycles, .bytes])
    #expect(statistics[1].scale == Scale(base: .two, exponent: 12))
  }

  private func record(_ stats: String, isReversed: Bool = true) throws -> QMPRecord {
    let schema = try schema(.vcpu)
    var record = QMPRecord(schema)
    try QMPEntry.each(in: reader("[\(stats)]")) { entry throws(JSONError) in
      try record.update(
        entry.statistics, schema, isReversed: isReversed, Window(begin: 1, end: 2), pass: 3)
    }
    return record
  }

  @Test("Words are in schema order, buckets from the first to the last")
  func words() throws {
    let none = Inactive.unsigned
    let record = try record(Transcript.vcpu(0, exits: UInt64.max - 1))
    #expect(
      record.words == [
        UInt64.max - 1, 4, 1,
        // halt_wait_hist and steps
        1, 1, 1, 0, 0, 0, 0, 10, 20, 30,
        // absent_hist and absent, then novel without reversal
        none, none, 7, 8,
      ])
    #expect(record.window == Window(begin: 1, end: 2))
    #expect(!record.hasMismatch)
  }

  @Test("A value of an unexpected form is inactive as a whole")
  func mismatches() throws {
    let none = Inactive.unsigned
    let record = try record(
      """
      {"provider": "kvm", "stats": [{"name": "exits", "value": 5}, {"value": 6, "name":
      "halt_wait_ns"}, {"name": "blocking", "value": null}, {"name": "steps", "value": [1, 2]},
      {"name": "halt_wait_hist", "value": 9}, {"name": "novel", "value": [1, 2, 3]}]}
      """)
    #expect(record.hasMismatch)
    #expect(record.words == [5, 6] + Array(repeating: none, count: 15))
  }

  @Test(
    "A value that is not an unsigned 64-bit integer is an error",
    arguments: ["-1", "1.5", "1e19", "\"1\""])
  func numbers(text: String) throws {
    let stats = #"{"provider": "kvm", "stats": [{"name": "steps", "value": [\#(text)]}]}"#
    #expect(throws: JSONError.self) { try record(stats) }
  }

  @Test("A histogram and its true sum reveal the order of the buckets")
  func order() throws {
    let schema = try schema(.vcpu)
    let right = try record(Transcript.vcpu(0, exits: 1))
    let wrong = try record(Transcript.vcpu(0, exits: 1), isReversed: false)
    #expect(right.evidence(schema) == [.right])
    #expect(wrong.evidence(schema) == [.wrong])
  }

  @Test("Only consecutive answers that agree change the order")
  func verification() {
    var order = QMPBucketOrder()
    let changes = [[], [.none], [.wrong], [.right, .wrong], [.wrong, .none]].map {
      order.record($0)
    }
    #expect(changes == [false, false, false, false, false])
    #expect(order.isReversed && !order.isVerified)
    let last = order.record([.wrong])
    #expect(last && !order.isReversed && order.isVerified)
    // A verified order is final.
    let more = (0..<9).map { _ in order.record([.right]) }
    #expect(!more.contains(true) && !order.isReversed)
  }

  @Test("A logarithmic histogram of an idle VM reveals the order")
  func realistic() {
    // 34 waits of about 50 ms: bucket 26 of 32, and a true sum of 1.7 s.
    var counts = [UInt64](repeating: 0, count: 32)
    counts[26] = 34
    let right = Histogram(shape: .log2(count: 32), counts: counts)
    let wrong = Histogram(shape: .log2(count: 32), counts: counts.reversed())
    #expect(QMPBucketOrder.Evidence(right, sum: 1_700_000_000) == .right)
    #expect(QMPBucketOrder.Evidence(wrong, sum: 1_700_000_000) == .wrong)
    // An empty or symmetric histogram reveals nothing.
    let empty = Histogram(shape: .log2(count: 3), counts: [0, 0, 0])
    #expect(QMPBucketOrder.Evidence(empty, sum: 0) == .none)
    let middle = Histogram(shape: .log2(count: 3), counts: [0, 5, 0])
    #expect(QMPBucketOrder.Evidence(middle, sum: 5) == .none)
  }
}
