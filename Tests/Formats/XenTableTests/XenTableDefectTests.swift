import LinuxSystem
import Statistics
import Testing

@testable import XenTable

/// One test for each defect of the RFC's third version, with the numbers of the project's notes.
@Suite struct XenTableDefectTests {
  /// The offsets that the parts of the RFC compute.
  struct Row: Sendable {
    let vcpus: Int
    let frames: Int
    /// The offset of the last vCPU's slot: the correct one, the RFC's producer's, the RFC's tool's.
    let right: Int
    let producer: Int
    let tool: Int
  }

  static let rows = [
    Row(vcpus: 2, frames: 1, right: 256, producer: 2176, tool: 160),
    Row(vcpus: 32, frames: 2, right: 4096, producer: 63616, tool: 1120),
    Row(vcpus: 64, frames: 3, right: 8192, producer: 129_152, tool: 2144),
    Row(vcpus: 128, frames: 5, right: 16384, producer: 260_224, tool: 4192),
    Row(vcpus: 512, frames: 17, right: 65536, producer: 1_046_656, tool: 16480),
  ]

  @Test("1: the last vCPU's entry is written into its slot", arguments: rows)
  func producerScale(row: Row) throws {
    let layout = try XenTableLayout(count: row.vcpus)
    let table = try MappedXenTable(byteCount: max(layout.byteCount, row.producer + 16))
    let writer = try table.writer(layout, mark: nil)
    let before = try table.bytes()
    writer.update(row.vcpus - 1, with: .example(5))
    let after = try table.bytes()
    let changed = before.indices.filter { before[$0] != after[$0] }
    #expect(changed.first == row.right)
    #expect(changed.allSatisfy { (row.right..<row.right + 16).contains($0) })
    #expect(after[row.producer..<row.producer + 16].allSatisfy { $0 == 0xff })
  }

  @Test("2: the reader uses the stride for every vCPU", arguments: rows)
  func readerStride(row: Row) throws {
    let layout = try XenTableLayout(count: row.vcpus)
    let table = try MappedXenTable(byteCount: layout.byteCount)
    let writer = try table.writer(layout, mark: nil)
    for index in 0..<row.vcpus {
      writer.update(index, with: .example(UInt64(1000 + index)))
    }
    let bytes = try table.bytes()
    // The last vCPU's value is in its slot, and not where the RFC's tool reads.
    let number = UInt64(1000 + row.vcpus - 1)
    #expect(word(bytes, row.right + 8) == number)
    #expect(word(bytes, row.tool + 8) != number)
    let reader = try table.reader()
    for index in 0..<row.vcpus {
      #expect(reader.read(index).entry?.times.running == .value(UInt64(1000 + index)))
    }
  }

  @Test("3: the length is in bytes and covers all slots", arguments: rows)
  func lengthInBytes(row: Row) throws {
    let layout = try XenTableLayout(count: row.vcpus)
    #expect(layout.frameCount == row.frames)
    #expect(layout.byteCount == 128 + 128 * row.vcpus)
    #expect(error { try layout.validate(in: layout.byteCount) } == nil)
    let less = layout.byteCount - 1
    #expect(
      error { try layout.validate(in: less) }
        == .beyondEnd(needed: layout.byteCount, available: less))
  }

  @Test("4: writer and reader have the same bound", arguments: rows)
  func oneBound(row: Row) throws {
    let layout = try XenTableLayout(count: row.vcpus)
    // The length that the RFC's acquiring side computes: without header and stride.
    let short = max(row.vcpus * 16, 16)
    let refused = XenTableError.beyondEnd(needed: layout.byteCount, available: short)
    let memory = try MappedXenTable(byteCount: short)
    #expect(error { _ = try memory.writer(layout, mark: nil) } == refused)
    let table = try MappedXenTable(byteCount: layout.byteCount)
    _ = try table.writer(layout, mark: nil)
    let cut = try MappedXenTable(bytes: Array(try table.bytes().dropLast()))
    #expect(
      error { _ = try cut.reader(count: row.vcpus) }
        == .beyondEnd(needed: layout.byteCount, available: layout.byteCount - 1))
    let whole = try table.reader()
    #expect(whole.count == row.vcpus)
  }

  @Test("5: the running time of a vCPU that never stops running increases")
  func staleness() throws {
    let table = try MappedXenTable(byteCount: 256)
    let writer = try table.writer(try XenTableLayout(size: 80, count: 1))
    writer.update(0, with: .example(100, start: 0))
    let reader = try table.reader()
    let entry = try #require(reader.read(0).entry)
    #expect(entry.runningTime(at: 1_000) == 100)
    #expect(entry.runningTime(at: 1_250) == 350)
    #expect(entry.runningTime(at: 900) == 100)
    let later = try #require(entry.extrapolated(to: 1_250))
    #expect(later.times.running == .value(350) && later.times.runnable == .value(200))
    #expect(later.sampleTime == .value(1_250) && later.times.sum == 1_250)
    // In another state, the time of that state increases.
    writer.update(0, with: .example(100, state: .runnable, start: 0))
    let waiting = try #require(reader.read(0).entry)
    #expect(waiting.runningTime(at: 1_250) == 100)
    #expect(waiting.extrapolated(to: 1_250)?.times.runnable == .value(450))
    // Without a sample time, the times count up to the entry of the state, as in Xen.
    var old = waiting
    old.sampleTime = .notProduced
    old.stateEntryTime = .value(800)
    old.state = .value(0)
    #expect(old.runningTime(at: 1_250) == 550)
    old.stateEntryTime = .notProduced
    #expect(old.extrapolated(to: 1_250) == nil && old.runningTime(at: 1_250) == 100)
  }

  @Test("6: an entry has the times of all four states")
  func allStates() throws {
    let table = try MappedXenTable(byteCount: 256)
    let writer = try table.writer(try XenTableLayout(size: 80, count: 1))
    writer.update(0, with: .example(11, state: .blocked))
    let reader = try table.reader()
    let entry = try #require(reader.read(0).entry)
    #expect(XenRunState.allCases.map { entry.times[$0].value } == [11, 22, 33, 44])
    #expect(entry.runState == .blocked)
    #expect(entry == .example(11, state: .blocked))
  }

  @Test("7: readers see complete tables only, and one of two racing writers succeeds")
  func announcement() throws {
    // Large enough that readers try during the initialisation.
    let layout = try XenTableLayout(size: 80, stride: 1024, count: 256)
    for _ in 0..<10 {
      let table = try MappedXenTable(byteCount: layout.byteCount)
      #expect(error { _ = try table.reader() } == .unannounced)
      let race = try WriterRace(table.file.descriptor, layout)
      var first: XenTableError?
      repeat {
        first = error {
          let reader = try table.reader()
          #expect(reader.header.layout == layout)
          for index in 0..<reader.count {
            let reading = reader.read(index)
            #expect(reading == .inactive)
          }
        }
      } while first == .unannounced
      #expect(first == nil)
      let winners = race.join()
      #expect(winners == 1)
    }
  }

  @Test("8: the memory is freed with its last user")
  func release() throws {
    let name = "xen-table-released"
    func isMapped() throws -> Bool { try readText("/proc/self/maps").contains(name) }
    let layout = try XenTableLayout(count: 2)
    do {
      let table = try MappedXenTable(byteCount: layout.byteCount, name: name)
      let reader: XenTableReader<XenVCPUEntry>
      do {
        let writer = try table.writer(layout, mark: nil)
        reader = try table.reader()
        writer.update(1, with: .example(4))
      }
      // The writer and its mapping are gone; its last values can still be read.
      #expect(reader.read(1).entry?.times.running == .value(4))
      let successor = try XenTableWriter<XenVCPUEntry>(adopting: table.map())
      successor.update(1, with: .example(5))
      #expect(reader.read(1).entry?.times.running == .value(5))
      #expect(try isMapped())
    }
    #expect(try !isMapped())
  }

  @Test(
    "9: a time with its top bit set has no value",
    arguments: [UInt64(1) << 63, 1 << 63 | 12345, .max - 1, .max], [true, false])
  func topBit(raw: UInt64, isMarked: Bool) throws {
    let table = try MappedXenTable(byteCount: 256)
    let mark: XenTableMark? = isMarked ? .example : nil
    let layout = try XenTableLayout(size: isMarked ? 80 : 16, count: 1)
    let writer = try table.writer(layout, mark: mark)
    writer.update(0, with: .example(1))
    let memory = try table.map()
    memory.storeRelaxed(raw, at: 128 + 8)
    let reader = try table.reader()
    let reading = reader.read(0)
    let expected: XenField = raw == .max ? .inactive : .unusable(raw)
    if let entry = reading.entry {
      #expect(entry.times.running == expected)
      #expect(entry.runningTime(at: .max) == nil)
      var words = [UInt64](repeating: 7, count: 9)
      var span = words.mutableSpan
      entry.store(into: &span)
      #expect(words[0] == Inactive.unsigned)
    } else {
      #expect(reading == .inactive && raw == .max && !isMarked)
    }
  }

  @Test("10: the header has byte order, length, count, domain and time, and is checked")
  func header() throws {
    let table = try MappedXenTable(byteCount: 4096)
    let mark = XenTableMark(domain: 5, generation: 9, created: 77, clock: .system)
    _ = try table.writer(try XenTableLayout(size: 80, count: 3), mark: mark)
    let reader = try table.reader()
    #expect(reader.count == 3 && reader.header.length == 64)
    #expect(reader.header.mark == mark)
    #expect(
      error { _ = try table.reader(count: 4) }
        == .field(.count, value: 4, rule: "at most that of the table, 3"))
    // Without a count in the RFC's header, the size of the memory limits it.
    let plain = try MappedXenTable(byteCount: 4096)
    _ = try plain.writer(try XenTableLayout(count: 3), mark: nil)
    let derived = try plain.reader()
    #expect(derived.count == 31 && derived.header.mark == nil)
    let beyond = derived.read(30)
    #expect(beyond == .inactive)
  }

  @Test("11: a value of 2^63 or more is unsigned")
  func sign() throws {
    #expect(XenSchemas.vcpu.statistics.allSatisfy { !$0.isSigned })
    #expect(XenSchemas.domain.statistics.allSatisfy { !$0.isSigned })
    let table = try MappedXenTable(byteCount: 256)
    let writer = try table.writer(try XenTableLayout(size: 80, count: 1))
    var entry = XenVCPUEntry.example(1)
    entry.times.running = .value(UInt64(Int64.max))
    entry.generation = .value(1 << 63 | 1)
    writer.update(0, with: entry)
    let reader = try table.reader()
    let found = reader.read(0).entry
    #expect(found?.times.running.value == 9_223_372_036_854_775_807)
    #expect(found?.generation.value == 9_223_372_036_854_775_809)
    #expect(found?.runningTime(at: .max) == UInt64(Int64.max))
  }

  private func word(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
    bytes[offset..<offset + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
  }
}
