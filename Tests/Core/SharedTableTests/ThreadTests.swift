import LinuxSystem
import SharedTable
import Statistics
import Synchronization
import Testing

/// A writer and a reader in two threads of this process, for ThreadSanitizer to look at.
///
/// `Scripts/check-threads.sh` runs them so; `VITALS_ROUNDS` makes a longer run.
struct ThreadTests {
  private static let rounds = environmentNumber("VITALS_ROUNDS", otherwise: 2_000)

  /// Runs `body` in another thread, again and again, while the caller reads.
  private func beside(
    _ body: @escaping @Sendable (UInt64) -> Void, read: (Int) throws -> Void
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
    for round in 0..<Self.rounds { try read(round) }
  }

  private final class Ending: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() { flag.store(true, ordering: .relaxed) }
  }

  @Test(
    "Sums are read beside their writer", arguments: [1, 2, 16])
  func sumsRead(copies: Int) throws {
    let publisher = try Tables.publisher()
    let record = try publisher.addRecord(
      "sums", schema: Tables.sums, to: try publisher.addSource("worker"),
      consistency: copies == 1 ? .relaxed : .latched(copies: copies))
    let reader = try Reader(of: publisher)
    let group = try #require(reader.group("sums"))
    try beside { round in
      record.replace([round, 2 &* round, 3 &* round])
      record.update { words in
        words[0] = round
        words[2] = round &+ words[1]
      }
    } read: { _ in
      let (sample, words) = reader.words(of: group)
      guard case .up = sample, copies > 1, words[0] != .max else { return }
      #expect(words[2] == words[0] &+ words[1])
    }
  }

  @Test("Labels and groups change beside a reader")
  func labelsGroups() throws {
    let publisher = try Tables.publisher()
    let source = try publisher.addSource("worker", labels: ["left": "0", "right": "0"])
    let reader = try Reader(of: publisher)
    try beside { round in
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
      #expect(reader.flaws.isEmpty)
      for group in reader.groups { _ = reader.words(of: group) }
    }
  }

  @Test("A record on demand wakes and sleeps beside its writer")
  func recordDemand() throws {
    let directory = try MemoryDirectory()
    let publisher = try Publisher(Publication(name: "app", directory: directory.path))
    let record = try publisher.addRecord(
      "sums", schema: Tables.sums, to: try publisher.addSource("worker"), consistency: .latched,
      isOnDemand: true)
    let other = try publisher.addRecord(
      "spins", schema: Tables.heavy, to: try publisher.addSource("other"))
    let path = "\(directory.path)/app.socket"
    let reader = try Reader.connect(to: path, patienceMilliseconds: 30_000)
    let keeper = try Reader.connect(to: path, patienceMilliseconds: 30_000)
    let group = try #require(reader.group("sums"))
    try beside { round in
      // Also while nobody watches: late writes harm nobody.
      record.replace([round, round, 2 &* round])
    } read: { round in
      guard round.isMultiple(of: 10) else {
        let (sample, words) = reader.words(of: group)
        if case .up = sample, words[0] != .max { #expect(words[2] == words[0] &+ words[1]) }
        return
      }
      // Every other time the annex outlives the record's sleep.
      if round.isMultiple(of: 20) { try keeper.enable(keeper.groups.filter { $0.name == "spins" }) }
      try reader.enable([group])
      try reader.disable([group])
      if round.isMultiple(of: 40) { try keeper.disable(keeper.groups.filter(\.isOnDemand)) }
      try reader.enable([group])
    }
    withExtendedLifetime(other) {}
  }
}
