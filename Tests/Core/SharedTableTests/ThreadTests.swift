import LinuxSystem
import SharedTable
import Statistics
import Synchronization
import Testing

/// A writer and a reader in two threads of this process, for ThreadSanitizer.
///
/// `Scripts/check-threads.sh` runs the tests with it; `VITALS_ROUNDS` makes a longer run.
struct ThreadTests {
  private static let rounds = environmentNumber("VITALS_ROUNDS", otherwise: 2_000)

  /// Runs `body` repeatedly in another thread while the caller reads.
  ///
  /// Reads at least `rounds` times and until `isDone` returns `true`. A minute without that is an
  /// error.
  private func concurrently(
    _ body: @escaping @Sendable (UInt64) -> Void, read: (Int) throws -> Void,
    until isDone: () -> Bool = { true }
  ) throws {
    let ending = Ending()
    let thread = try SystemThread(name: "writer", stackSize: 1 << 20) {
      var round: UInt64 = 0
      while !ending.isSet {
        round += 1
        body(round)
      }
    }
    defer {
      ending.set()
      thread.join()
    }
    let deadline = monotonicNanoseconds() + 60_000_000_000
    var round = 0
    while round < Self.rounds || !isDone() {
      if monotonicNanoseconds() > deadline {
        Issue.record("not done after \(round) reads")
        return
      }
      try read(round)
      round += 1
    }
  }

  private final class Ending: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() { flag.store(true, ordering: .relaxed) }
  }

  @Test(
    "A reader gets complete updates in order from a concurrent writer", arguments: [1, 2, 16])
  func concurrentSums(copies: Int) throws {
    let publisher = try Tables.publisher()
    let record = try publisher.addRecord(
      "sums", schema: Tables.sums, to: try publisher.addSource("worker"),
      consistency: copies == 1 ? .relaxed : .latched(copies: copies))
    let reader = try Reader(of: publisher)
    let group = try #require(reader.group("sums"))
    var last: [UInt64] = [0, 0, 0]
    var changes = 0
    try concurrently { round in
      record.replace([round, 2 &* round, 3 &* round])
      record.update { words in
        words[0] = round
        words[2] = round &+ words[1]
      }
    } read: { _ in
      let (sample, words) = reader.words(of: group)
      // A latched record has no values before its first update.
      guard case .up = sample, words != [.max, .max, .max] else { return }
      if copies > 1 { #expect(words[2] == words[0] &+ words[1], "the update is mixed") }
      #expect(zip(words, last).allSatisfy { $0 >= $1 }, "\(words) after \(last)")
      if words[0] > last[0] { changes += 1 }
      last = words
    } until: {
      changes >= 100
    }
    #expect(changes >= 100)
  }

  @Test("A reader gets consistent labels and groups during changes")
  func concurrentLabels() throws {
    let publisher = try Tables.publisher()
    let source = try publisher.addSource("worker", labels: ["left": "0", "right": "0"])
    let reader = try Reader(of: publisher)
    try concurrently { round in
      try? publisher.setLabels(["left": "\(round)", "right": "\(round)"], of: source)
      guard let record = try? publisher.addRecord("sums", schema: Tables.sums, to: source) else {
        return
      }
      record.counter("total")?.bump()
      try? publisher.remove(record)
    } read: { _ in
      reader.refresh()
      let labels = try #require(reader.source("worker")).labels
      #expect(labels["left"] == labels["right"])
      #expect(reader.errors.isEmpty)
      for group in reader.groups { _ = reader.words(of: group) }
    }
  }

  @Test("An on-demand record is enabled and disabled during updates")
  func concurrentDemand() throws {
    let directory = try MemoryDirectory()
    let publisher = try Publisher(Publication(name: "app", directory: directory.path))
    let record = try publisher.addRecord(
      "sums", schema: Tables.sums, to: try publisher.addSource("worker"), consistency: .latched,
      isOnDemand: true)
    let other = try publisher.addRecord(
      "spins", schema: Tables.heavy, to: try publisher.addSource("other"))
    let path = "\(directory.path)/app.socket"
    let reader = try Reader.connect(to: path, timeoutMilliseconds: 30_000)
    let keeper = try Reader.connect(to: path, timeoutMilliseconds: 30_000)
    let group = try #require(reader.group("sums"))
    var samples = 0
    try concurrently { round in
      // Also while the record is disabled: such writes have no effect.
      record.replace([round, round, 2 &* round])
    } read: { round in
      guard round.isMultiple(of: 10) else {
        let (sample, words) = reader.words(of: group)
        guard case .up = sample, words[0] != .max else { return }
        #expect(words[2] == words[0] &+ words[1])
        samples += 1
        return
      }
      // In every other round, the on-demand segment outlives the record's demand.
      if round.isMultiple(of: 20) { try keeper.enable(keeper.groups.filter { $0.name == "spins" }) }
      try reader.enable([group])
      try reader.disable([group])
      if round.isMultiple(of: 40) { try keeper.disable(keeper.groups.filter(\.isOnDemand)) }
      try reader.enable([group])
    }
    #expect(samples > 0)
    withExtendedLifetime(other) {}
  }
}
