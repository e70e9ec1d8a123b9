import CAllocations
import LinuxSystem
import SharedTable
import Statistics
import Synchronization
import TestSupport
import Testing

/// Tables that grow and shrink during reads.
///
/// `VITALS_SOURCES` sets the number of sources, for a longer run.
struct GrowthTests {
  private static let count = environmentNumber("VITALS_SOURCES", otherwise: 20_000)

  /// The observations of a thread that reads continuously.
  private final class Observations: Sendable {
    private let isEnding = Atomic(false)
    private let found = Mutex<[String]>([])
    private let passes = Atomic(0)

    func end() { isEnding.store(true, ordering: .relaxed) }

    var problems: [String] { found.withLock { $0 } }
    var passCount: Int { passes.load(ordering: .relaxed) }

    func report(_ problem: String) {
      found.withLock { if $0.count < 20 { $0.append(problem) } }
    }

    func run(_ reader: Reader) {
      var last: UInt64 = 0
      var words = [UInt64](repeating: 0, count: 3)
      while !isEnding.load(ordering: .relaxed) {
        reader.refresh()
        for error in reader.errors { report(error.description) }
        let groups = reader.groups
        let view = reader.view
        // Up to 1,000 groups: all of a small table, a subset of a large one.
        let step = max(1, groups.count / 1_000)
        for index in stride(from: 0, to: groups.count, by: step) {
          var span = words.mutableSpan
          guard case .up = view.sample(groups[index].slot, into: &span) else { continue }
          // A record has no values before its first update.
          if words == [.max, .max, .max] { continue }
          if words[2] != words[0] &+ words[1] { report("a sum is \(words)") }
          guard groups[index].name == "steady" else { continue }
          if words[0] < last { report("the steady counter decreased from \(last) to \(words[0])") }
          last = words[0]
        }
        passes.add(1, ordering: .relaxed)
      }
      if last == 0 { report("the steady group was never seen") }
    }
  }

  @Test("A table grows and shrinks during reads and reuses its memory")
  func growingTable() throws {
    let publisher = try Tables.publisher()
    let steady = try publisher.addRecord(
      "steady", schema: Tables.sums, to: try publisher.addSource("steady"), consistency: .latched)
    steady.replace([0, 1, 1])
    let observations = Observations()
    let threads = try (0..<2).map { number in
      let descriptor = try publisher.descriptorForReader()
      let reader = try UncheckedReader(Reader(of: descriptor, file: "reader \(number)"))
      return try SystemThread(name: "reader", stackSize: 1 << 20) {
        observations.run(reader.reader)
      }
    }
    var peaks: [Int] = []
    var times: [UInt64] = []
    for round in 0..<2 {
      var sources: [PublishedSource] = []
      sources.reserveCapacity(Self.count)
      let begin = monotonicNanoseconds()
      for number in 0..<Self.count {
        let source = try publisher.addSource("source\(number)")
        let record = try publisher.addRecord(
          "sums", schema: Tables.sums, to: source, consistency: .latched)
        let value = UInt64(number)
        record.replace([value, value, 2 * value])
        steady.replace([
          value + UInt64(round * Self.count), 1, value + UInt64(round * Self.count) + 1,
        ])
        sources.append(source)
      }
      times.append(monotonicNanoseconds() - begin)
      peaks.append(publisher.memoryUse.tableByteCount)
      let fresh = try Reader(of: publisher)
      #expect(fresh.errors.isEmpty)
      #expect(fresh.sources.count == Self.count + 1 && fresh.groups.count == Self.count + 1)
      for source in sources { try publisher.remove(source) }
      #expect(fresh.refresh() && fresh.groups.count == 1)
    }
    observations.end()
    for thread in threads { thread.join() }
    #expect(observations.problems.isEmpty)
    #expect(observations.passCount > 0)
    #expect(peaks[1] == peaks[0], "the second round reuses the memory of the first")
    let use = publisher.memoryUse
    #expect(use.freeByteCount > use.tableByteCount / 10 * 9)
    print(
      "growth: \(Self.count) sources in \(times.map { $0 / 1_000_000 }) ms, \(peaks[0]) bytes, ",
      "\(observations.passCount) passes of two readers")
  }

  @Test("A change among many sources can be read")
  func changeAmongMany() throws {
    let publisher = try Tables.publisher()
    var sources: [PublishedSource] = []
    for number in 0..<Self.count {
      let source = try publisher.addSource("source\(number)")
      _ = try publisher.addRecord("sums", schema: Tables.sums, to: source)
      sources.append(source)
    }
    var begin = monotonicNanoseconds()
    let reader = try Reader(of: publisher)
    let first = monotonicNanoseconds() - begin
    try publisher.remove(sources[Self.count / 2])
    begin = monotonicNanoseconds()
    #expect(reader.refresh())
    let second = monotonicNanoseconds() - begin
    #expect(reader.sources.count == Self.count - 1 && reader.groups.count == Self.count - 1)
    begin = monotonicNanoseconds()
    #expect(!reader.refresh())
    let third = monotonicNanoseconds() - begin
    print(
      "growth: \(Self.count) sources read in \(first / 1_000) us, a change in ",
      "\(second / 1_000) us, no change in \(third) ns")
  }

  /// A reader that another thread uses after its creation.
  private struct UncheckedReader: @unchecked Sendable {
    let reader: Reader

    init(_ reader: Reader) { self.reader = reader }
  }

  @Test(
    "Sampling does not allocate memory",
    .enabled(if: allocations_are_counted(), "a sanitizer replaces malloc"))
  func allocationFreeSamples() throws {
    let publisher = try Tables.publisher()
    let source = try publisher.addSource("worker")
    var records: [Record] = []
    for number in 0..<100 {
      let consistency: Record.Consistency = number.isMultiple(of: 2) ? .latched : .relaxed
      let record = try publisher.addRecord(
        "sums\(number)", schema: Tables.sums, to: source, consistency: consistency)
      record.replace([1, 2, 3])
      records.append(record)
    }
    let reader = try Reader(of: publisher)
    let slots = reader.groups.map(\.slot)
    var words = [UInt64](repeating: 0, count: 3)
    func pass(_ view: TableView) -> Int {
      var count = 0
      // By index: unoptimized, an iterator allocates for each element.
      var index = 0
      while index < slots.count {
        var span = words.mutableSpan
        if case .up = view.sample(slots[index], into: &span), words[2] == 3 { count += 1 }
        index += 1
      }
      return count
    }
    #expect(pass(reader.view) == 100)
    allocations_reset()
    var total = 0
    for _ in 0..<100 {
      reader.refresh()
      total += pass(reader.view)
    }
    let count = allocations_count()
    #expect(count == 0)
    #expect(total == 10_000)
    withExtendedLifetime(records) {}
  }
}
