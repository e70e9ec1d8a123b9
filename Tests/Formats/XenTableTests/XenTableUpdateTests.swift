import LinuxSystem
import Synchronization
import Testing

@testable import XenTable

@Suite struct XenTableUpdateTests {
  @Test(
    "An update changes only its own entry",
    arguments: XenTableLayoutTests.counts, XenTableLayoutTests.strides)
  func neighbours(count: Int, stride: Int) throws {
    for size in [16, 80] where size <= stride {
      let layout = try XenTableLayout(size: size, stride: stride, count: count)
      let table = try MappedXenTable(byteCount: layout.byteCount + 64)
      let writer = try table.writer(layout)
      for index in Set([count / 2, count - 1]) {
        let before = try table.bytes()
        writer.update(index, with: .example(UInt64(index) + 1))
        let after = try table.bytes()
        let own = layout.bytes(ofEntry: index)
        #expect(before[..<own.lowerBound] == after[..<own.lowerBound])
        #expect(before[own] != after[own])
        #expect(before[own.upperBound...] == after[own.upperBound...])
      }
    }
  }

  @Test(
    "The values of every vCPU can be read", arguments: XenTableLayoutTests.counts, [80, 128, 4096])
  func everyVCPU(count: Int, stride: Int) throws {
    let layout = try XenTableLayout(offset: 64, size: 80, stride: stride, count: count)
    let table = try MappedXenTable(byteCount: layout.byteCount)
    let writer = try table.writer(layout)
    for index in 0..<count { writer.update(index, with: .example(UInt64(index) * 7 + 1)) }
    let reader = try table.reader()
    for index in 0..<count {
      #expect(reader.read(index) == .entry(.example(UInt64(index) * 7 + 1), attempts: 1))
    }
  }

  @Test("The sequence increases by two and wraps at 2^32", arguments: [0, UInt32.max - 1])
  func sequence(start: UInt32) throws {
    let table = try MappedXenTable(byteCount: 512)
    let writer = try table.writer(try XenTableLayout(size: 80, count: 3))
    let memory = try table.map()
    memory.storeRelaxed(start, at: 256)
    let reader = try table.reader()
    writer.update(1, with: .example(1))
    #expect(reader.sequence(of: 1) == start &+ 2)
    #expect(reader.read(1).entry == .example(1))
    writer.update(1, with: .example(2))
    #expect(reader.sequence(of: 1) == start &+ 4)
    #expect(reader.read(1).entry == .example(2))
  }

  @Test("An unfinished update is reported without waiting")
  func deadWriter() throws {
    let table = try MappedXenTable(byteCount: 512)
    let writer = try table.writer(try XenTableLayout(size: 80, count: 3))
    writer.update(0, with: .example(1))
    writer.update(1, with: .example(1))
    try table.map().storeRelaxed(UInt32(3), at: 256)
    let reader = try table.reader()
    #expect(reader.read(1) == .busy(sequence: 3, attempts: 256))
    #expect(reader.read(1, attempts: 5) == .busy(sequence: 3, attempts: 5))
    #expect(reader.read(1, attempts: -1) == .busy(sequence: 3, attempts: 1))
    #expect(reader.read(0).entry == .example(1))
    // An adopting writer opens the entry with a complete update.
    let successor = try XenTableWriter<XenVCPUEntry>(adopting: table.map())
    successor.update(1, with: .example(2))
    #expect(reader.sequence(of: 1) == 6)
    #expect(reader.read(1).entry == .example(2))
  }

  @Test("A removed vCPU has no values until it is updated again")
  func retire() throws {
    let table = try MappedXenTable(byteCount: 512)
    let writer = try table.writer(try XenTableLayout(size: 80, count: 3))
    let reader = try table.reader()
    #expect(reader.read(2) == .inactive)
    writer.update(2, with: .example(0))
    #expect(reader.read(2).entry?.times.running == .value(0))
    writer.retire(2)
    #expect(reader.read(2) == .inactive)
    var again = XenVCPUEntry.example(1)
    again.generation = .value(2)
    again.times.offline = .inactive
    writer.update(2, with: again)
    #expect(reader.read(2).entry == again)
    #expect(again.times.sum == nil)
  }

  @Test("A reader never gets values of two updates")
  func torn() throws {
    let layout = try XenTableLayout(size: 80, stride: 80, count: 2)
    let table = try MappedXenTable(byteCount: layout.byteCount)
    let writer = try table.writer(layout)
    writer.update(0, with: .example(1, start: 0))
    writer.update(1, with: .example(1, start: 0))
    let work = UpdateWork(writer)
    let thread = try SystemThread(name: "updates") { work.run() }
    let reader = try table.reader()
    var entries = 0
    var last: UInt64 = 0
    for turn in 0..<200_000 {
      guard let entry = reader.read(turn % 2).entry else { continue }
      entries += 1
      let number = entry.times.running.value ?? 0
      guard entry == .example(number, start: 0) else {
        Issue.record("torn: \(entry)")
        break
      }
      if turn % 2 == 0 {
        #expect(number >= last)
        last = number
      }
    }
    work.stop()
    thread.join()
    #expect(entries > 1_000)
    #expect(reader.sequence(of: 0).isMultiple(of: 2) && reader.sequence(of: 1).isMultiple(of: 2))
  }
}

/// Updates two entries until it is stopped.
final class UpdateWork: Sendable {
  private let writer: XenTableWriter<XenVCPUEntry>
  private let isOver = Atomic(false)

  init(_ writer: consuming XenTableWriter<XenVCPUEntry>) {
    self.writer = writer
  }

  func run() {
    var number: UInt64 = 1
    while !isOver.load(ordering: .relaxed) {
      number += 1
      writer.update(0, with: .example(number, start: 0))
      writer.update(1, with: .example(number, start: 0))
    }
  }

  func stop() {
    isOver.store(true, ordering: .relaxed)
  }
}
