import Glibc
import LinuxSystem
import SharedTable
import Statistics
import TestSupport
import Testing

/// Samples of a table that another process updates without a pause.
///
/// `VITALS_SAMPLES` sets the number for each group, for a longer run.
@Suite(.serialized)
struct TornTests {
  private static let samples = environmentNumber("VITALS_SAMPLES", otherwise: 200_000)

  /// The numbers of sample outcomes.
  private struct StateCounts {
    var whole = 0
    var busy = 0
    var torn = 0
    var other = 0
    /// The highest update number so far.
    var last: UInt64 = 0

    mutating func count(_ sample: TableSample, _ words: [UInt64], isBalance: Bool) {
      switch sample {
      case .up(let window):
        let isWhole =
          isBalance ? TornTests.isWhole(words, window) : words[2] == words[0] &+ words[1]
        if isWhole, words[0] >= last { whole += 1 } else { torn += 1 }
        last = words[0]
      case .busy: busy += 1
      default: other += 1
      }
    }
  }

  /// Whether a sample is one update of the group that both publishers call balance.
  static func isWhole(_ words: [UInt64], _ window: Window?) -> Bool {
    let round = words[0]
    return words[1] == 3 &* round && words[2] == round &* round
      && words[3] == words[0] &+ words[1] &+ words[2]
      && window == Window(begin: round, end: words[3])
  }

  private func counts(
    _ reader: Reader, _ group: TableGroup, isBalance: Bool = true, count: Int = samples
  ) -> StateCounts {
    var counts = StateCounts()
    var words = [UInt64](repeating: 0, count: group.schema.wordCount)
    for _ in 0..<count {
      var span = words.mutableSpan
      let sample = reader.view.sample(group.slot, into: &span)
      counts.count(sample, words, isBalance: isBalance)
    }
    return counts
  }

  private func checkLatched(_ reader: Reader, _ name: String) throws {
    let counts = counts(reader, try #require(reader.group(name)))
    #expect(counts.torn == 0 && counts.other == 0, "\(name): \(counts)")
    #expect(counts.whole > 0)
    print("torn: \(reader.file.split(separator: "/").last ?? ""), \(name): \(counts)")
  }

  /// Reads until a sum is inconsistent.
  ///
  /// - Returns: `false` if all sums were consistent for two minutes.
  private func tears(_ reader: Reader, _ name: String) throws -> Bool {
    let group = try #require(reader.group(name))
    let isBalance = group.schema.wordCount == 4
    return waits(seconds: 120) {
      counts(reader, group, isBalance: isBalance, count: 10_000).torn > 0
    }
  }

  @Test(
    "Updates of a C writer are read atomically",
    .enabled(if: CPrograms.exist, Skips.programs), arguments: ["rev1", "current", "future"])
  func writerInC(revision: String) throws {
    let directory = try MemoryDirectory()
    let path = "\(directory.path)/\(revision).table"
    let publisher = try Program(CPrograms.path("publisher-\(revision)"), [path, "--hold"])
    #expect(try publisher.nextLine() == "holding")
    let reader = try Reader.open(path)
    for name in ["balance", "balance-16"] { try checkLatched(reader, name) }
    try checkLabels(reader, "app%2fshop")
    #expect(reader.errors.isEmpty && !reader.isBroken)
  }

  @Test("Latched updates of a Swift writer are read atomically, relaxed ones are not")
  func writerInSwift() throws {
    let directory = try MemoryDirectory()
    let publisher = try Program.holder(
      "publish", directory.path, "swift", "--tables", directory.path)
    let reader = try Reader.connect(
      to: "\(directory.path)/swift.socket", timeoutMilliseconds: 30_000)
    for name in ["balance", "balance-16"] { try checkLatched(reader, name) }
    try checkLabels(reader, "shop")
    // The control: if relaxed sums are never inconsistent, the other results prove nothing.
    #expect(try tears(reader, "relaxed"))
    withExtendedLifetime(publisher) {}
  }

  @Test(
    "C reads updates of a Swift writer atomically",
    .enabled(if: CPrograms.exist, Skips.programs), arguments: CPrograms.revisions)
  func writerInSwiftReaderInC(revision: String) throws {
    let directory = try MemoryDirectory()
    let publisher = try Program.holder(
      "publish", directory.path, "swift", "--tables", directory.path)
    let reader = try Program(
      CPrograms.path("reader-\(revision)"),
      ["\(directory.path)/swift.table", "--invariant", "\(Self.samples)"])
    let lines = try reader.wholeOutput().split(separator: "\n")
    #expect(lines.count == 5)
    for line in lines where !line.hasPrefix("control") {
      #expect(line.contains(" torn 0 other 0"), "\(revision): \(line)")
      #expect(!line.contains(" ok 0 "), "\(revision): \(line)")
      print("torn: swift, reader-\(revision): \(line)")
    }
    withExtendedLifetime(publisher) {}
  }

  @Test("An on-demand record is read atomically while it is enabled and disabled")
  func onDemandRecord() throws {
    let directory = try MemoryDirectory()
    let publisher = try Program.holder("publish", directory.path, "demand")
    let socket = "\(directory.path)/demand.socket"
    let reader = try Reader.connect(to: socket, timeoutMilliseconds: 30_000)
    // A second reader, whose group keeps the on-demand segment allocated in every other round.
    let other = try Reader.connect(to: socket, timeoutMilliseconds: 30_000)
    let pairs = try #require(reader.group("pairs"))
    let spins = try #require(other.group("spins"))
    var outcomes: [TableSample: Int] = [:]
    for round in 0..<60 {
      try reader.enable([pairs])
      if round.isMultiple(of: 2) { try other.enable([spins]) }
      for _ in 0..<200 {
        let (sample, words) = reader.words(of: pairs)
        outcomes[sample, default: 0] += 1
        guard case .up = sample, words != [.max, .max, .max] else { continue }
        #expect(words[2] == words[0] &+ words[1], "round \(round)")
      }
      try reader.disable([pairs])
      if !round.isMultiple(of: 4) { try other.disable([spins]) }
    }
    #expect(outcomes[.up(nil), default: 0] > 0 && outcomes[.broken] == nil)
    withExtendedLifetime(publisher) {}
  }

  /// Checks that labels change atomically: both texts are equal, or the initial ones.
  private func checkLabels(_ reader: Reader, _ path: String) throws {
    var seen: Set<String> = []
    for _ in 0..<200 {
      reader.refresh()
      let labels = try #require(reader.source(path)?.labels)
      let isFirst = labels["left"] == "stätisch"
      #expect(isFirst || labels["left"] == labels["right"])
      seen.insert(labels["right"] ?? "")
    }
    #expect(!seen.isEmpty)
  }
}
