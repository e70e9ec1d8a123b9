import Glibc
import KVMStatsFormat
import LinuxSystem
import Statistics
import StatsTesting
import StatsTree
import TestSupport
import Testing

@testable import KVMStats

@Suite struct StatsDescriptorBackingTests {
  private let backing = StatsDescriptorBacking()

  /// Opens a valid file whose first word is `exits`.
  private func open(_ exits: UInt64) throws -> (token: Int, schema: Schema) {
    let file = try StatsFile(words: [exits, 20, 1, 2, 3, 4, 1]).opened()
    let schema = file.schema
    return (backing.open(file), schema)
  }

  @Test("A truncated file is denied until it has its size again; other files are unaffected")
  func shrinks() throws {
    let memory = try StatsFile().inMemory()
    let length = StatsFile().bytes.count
    var groups = try (0..<3).map { try open(UInt64($0)) }
    let file = try memory.opened()
    let schema = file.schema
    let token = backing.open(file)
    groups.append((token, schema))
    groups += try (4..<20).map { try open(UInt64($0)) }
    let probe = Probe(backing, groups)
    #expect(groups.allSatisfy { probe.status($0.token) == .up })
    for cut in [8, 1, 56] {
      try memory.truncate(to: length - cut)
      probe.sampler.pass()
      #expect(probe.status(token) == .denied(code: ENODATA))
      #expect(probe.value("exits", token) == nil)
      for (number, group) in groups.enumerated() where group.token != token {
        #expect(probe.status(group.token) == .up)
        #expect(probe.value("exits", group.token) == UInt64(number))
        #expect(probe.sampler.interval(of: probe.entry(group.token)) != nil)
      }
    }
    try memory.truncate(to: length)
    probe.sampler.pass()
    #expect(probe.status(token) == .up)
    // A denied sample gives no interval.
    #expect(probe.sampler.interval(of: probe.entry(token)) == nil)
  }

  @Test("A closed file is gone at once; its token is reused with the offset of the new file")
  func reuse() throws {
    let first = try open(1)
    let second = try open(2)
    let probe = Probe(backing, [first, second])
    backing.close(first.token)
    #expect(backing.count == 1)
    probe.sampler.pass()
    #expect(probe.status(first.token) == .gone)
    #expect(probe.value("exits", second.token) == 2)
    var moved = StatsFile(words: [3, 20, 1, 2, 3, 4, 1])
    moved.dataOffset = 8192
    #expect(backing.open(try moved.opened()) == first.token)
    #expect(backing.count == 2)
    probe.sampler.pass()
    #expect(probe.value("exits", first.token) == 3)
    backing.close(first.token)
    backing.close(second.token)
    #expect(backing.count == 0)
    #expect(try open(9).token != open(10).token)
  }

  /// Writes the time into a file continuously.
  private final class Ticker: Sendable {
    /// The times before and after each write.
    private let writes = Monitor<[(before: UInt64, after: UInt64)]>([])
    private let isOver = Monitor(false)
    private let thread = Monitor<SystemThread?>(nil)

    init(_ descriptor: CInt, at offset: Int) throws {
      let number = dup(descriptor)
      let started = try SystemThread(name: "ticker") { [writes, isOver] in
        let file = Descriptor(owning: number)
        var log: [(before: UInt64, after: UInt64)] = []
        while !isOver.read({ $0 }) {
          var time = monotonicNanoseconds()
          let before = time
          _ = unsafe pwrite(file.rawValue, &time, 8, off_t(offset))
          log.append((before, monotonicNanoseconds()))
        }
        writes.update { $0 = log }
      }
      thread.update { $0 = started }
    }

    func stop() -> [(before: UInt64, after: UInt64)] {
      isOver.update { $0 = true }
      thread.read { $0 }?.join()
      return writes.read { $0 }
    }
  }

  @Test("A window contains the time of the reading; windows are in order")
  func windows() throws {
    let memory = try StatsFile().inMemory()
    let ticker = try Ticker(memory.descriptor.rawValue, at: StatsFile().dataStart)
    var groups: [(token: Int, schema: Schema)] = []
    for _ in 0..<20 {
      let file = try memory.opened()
      let schema = file.schema
      groups.append((backing.open(file), schema))
    }
    let probe = Probe(backing, groups)
    let hasBegun = waits {
      probe.sampler.pass()
      return probe.value("exits", groups[0].token) != 10
    }
    #expect(hasBegun)
    var readings: [(value: UInt64, window: Window)] = []
    for _ in 0..<200 {
      let begin = monotonicNanoseconds()
      probe.sampler.pass()
      let end = monotonicNanoseconds()
      let windows = groups.map { probe.window($0.token) }
      #expect(windows[0].begin >= begin && windows[19].end <= end)
      #expect(windows[0] == windows[7] && windows[8] == windows[15] && windows[16] == windows[19])
      #expect(windows[0].end <= windows[8].begin && windows[8].end <= windows[16].begin)
      for (group, window) in zip(groups, windows) {
        readings.append((probe.value("exits", group.token) ?? 0, window))
      }
    }
    let log = ticker.stop()
    let position = Dictionary(
      zip(log.map(\.before), log.indices), uniquingKeysWith: { _, last in last })
    // A value is in the file from its write until the next one: the window must overlap that time.
    for reading in readings {
      guard let index = position[reading.value] else { continue }
      #expect(reading.window.end >= reading.value)
      if index + 1 < log.count { #expect(reading.window.begin <= log[index + 1].after) }
    }
    #expect(readings.filter { position[$0.value] != nil }.count > 3900)
  }

  @Test("The backing conforms")
  func conformance() throws {
    var members: [BackingConformance.Member] = []
    var words: [Int: [UInt64]] = [:]
    for number in 0..<25 {
      let group = try open(UInt64(number) * 1000)
      let isBroken = [0, 8, 9, 24].contains(number)
      members.append(.init(token: group.token, schema: group.schema, works: !isBroken))
      words[group.token] = [UInt64(number) * 1000, 20, 1, 2, 3, 4, 1]
    }
    for member in members where !member.works { backing.close(member.token) }
    let violations = BackingConformance(backing, members: members, expected: { words[$0] }).run()
    #expect(violations == [])
  }
}
