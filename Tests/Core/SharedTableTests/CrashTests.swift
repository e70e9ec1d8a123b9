import Glibc
import LinuxSystem
import SharedTable
import Statistics
import Synchronization
import TestSupport
import Testing

/// The effects of killing and stopping processes.
///
/// `VITALS_KILLS` sets the number of kills, for a longer run.
@Suite(.serialized)
struct CrashTests {
  private static let kills = environmentNumber("VITALS_KILLS", otherwise: 50)
  private static let name = "victim"

  private static func publish(_ directory: MemoryDirectory) throws -> Program {
    try Program.holder(
      "publish", directory.path, name, "--tables", directory.path, "--heartbeat", "20")
  }

  private static func connect(_ directory: MemoryDirectory) throws -> Reader {
    try Reader.connect(
      to: "\(directory.path)/\(name).socket", timeoutMilliseconds: 30_000)
  }

  /// The words of a complete sample; records an issue otherwise.
  private func whole(_ reader: Reader, _ name: String) throws -> [UInt64]? {
    let group = try #require(reader.group(name))
    // A running writer may be too fast for two copies.
    for _ in 0..<1_000 {
      let (sample, words) = reader.words(of: group)
      if sample == .busy { continue }
      guard case .up(let window) = sample, TornTests.isWhole(words, window) else {
        Issue.record("\(name): \(sample), \(words)")
        return nil
      }
      return words
    }
    Issue.record("\(name): always busy")
    return nil
  }

  @Test("After a publisher is killed at any time, a complete sample can be read")
  func killedPublisher() throws {
    let directory = try MemoryDirectory()
    var generator = SeededGenerator(seed: 20_261_121)
    var instances: Set<[UInt8]> = []
    var updates: UInt64 = 0
    for _ in 0..<Self.kills {
      let publisher = try Self.publish(directory)
      let before = try Self.connect(directory)
      #expect(instances.insert(before.identity.instance).inserted, "the instance is not unique")
      let first = try whole(before, "balance")
      sleepNanoseconds(UInt64.random(in: 0..<3_000_000, using: &generator))
      publisher.process.kill()
      let after = try Reader.open("\(directory.path)/\(Self.name).table")
      #expect(after.identity == before.identity)
      for name in ["balance", "balance-16"] {
        let words = try whole(before, name)
        #expect(try whole(after, name) == words, "both readers map the same file")
        if name == "balance" { #expect(words?.first ?? 0 >= first?.first ?? 0) }
        updates += words?.first ?? 0
      }
      for reader in [before, after] {
        #expect(waits(seconds: 30) { reader.health().isDead })
        reader.refresh()
        #expect(reader.errors.isEmpty && reader.groups.count == 6 && reader.sources.count == 2)
        let labels = try #require(reader.source("shop")).labels
        #expect(labels["left"] == labels["right"])
      }
    }
    print("crash: \(Self.kills) kills after \(updates) updates")
  }

  @Test("A stopped publisher is distinguished from a dead one")
  func stoppedPublisher() throws {
    let directory = try MemoryDirectory()
    let publisher = try Self.publish(directory)
    let reader = try Self.connect(directory)
    #expect(waits(seconds: 30) { reader.health() == .live })
    try publisher.stop()
    #expect(waits(seconds: 30) { reader.health().isStopped })
    let words = try whole(reader, "balance")
    for _ in 0..<100 { #expect(try whole(reader, "balance") == words) }
    publisher.send(SIGCONT)
    #expect(waits(seconds: 30) { reader.health() == .live })
    #expect(try waits(seconds: 30) { try whole(reader, "balance") != words })
    try publisher.stop()
    publisher.process.kill()
    #expect(waits(seconds: 30) { reader.health().isDead })
  }

  @Test("The demands of a killed reader end and their memory is freed")
  func killedReader() throws {
    let directory = try MemoryDirectory()
    let publisher = try Publisher(Publication(name: "host", directory: directory.path))
    let source = try publisher.addSource("worker")
    let calls = Mutex<[Bool]>([])
    let record = try publisher.addRecord("spins", schema: Tables.heavy, to: source) { isWatched in
      calls.withLock { $0.append(isWatched) }
    }
    #expect(publisher.memoryUse.onDemandByteCount == 0 && !record.isWatched)
    for round in 1...3 {
      let reader = try Program.holder("read", "\(directory.path)/host.socket")
      #expect(record.isWatched && publisher.readerCount == 1)
      #expect(publisher.memoryUse.onDemandByteCount > 0)
      reader.process.kill()
      #expect(waits(seconds: 30) { !record.isWatched && publisher.readerCount == 0 })
      #expect(publisher.memoryUse.onDemandByteCount == 0)
      let expected = (0..<2 * round).map { $0.isMultiple(of: 2) }
      #expect(waits(seconds: 30) { calls.withLock { $0 } == expected })
    }
  }
}

extension PublisherHealth {
  var isDead: Bool {
    if case .dead = self { true } else { false }
  }

  var isStopped: Bool {
    if case .stopped = self { true } else { false }
  }
}
