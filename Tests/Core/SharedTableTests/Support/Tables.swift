import LinuxSystem
import SharedTable
import Statistics

/// Schemas and publishers shared by the tests.
enum Tables {
  /// One statistic of each kind.
  static let schema = Schema(packing: [
    Statistic("served", .cumulative, stability: .stable, meaning: "Requests that were answered."),
    Statistic("queue", .instant),
    Statistic("deepest", .peak),
    Statistic("drift", .instant, unit: .seconds, scale: .nano, isSigned: true),
    Statistic("latency_hist", .logHistogram, unit: .seconds, scale: .nano, size: 20),
    Statistic("latency_ns", .cumulative, unit: .seconds, scale: .nano),
    Statistic("size_hist", .linearHistogram, unit: .bytes, size: 4, bucketSize: 1_024),
    Statistic("phase", .state, states: ["starting", "serving", "draining"]),
  ])

  /// Three words; the last one is the sum of the others.
  static let sums = Schema(packing: [
    Statistic("left", .cumulative), Statistic("right", .cumulative),
    Statistic("total", .cumulative),
  ])

  /// A group with a heavy statistic, which is on demand by default.
  static let heavy = Schema(packing: [Statistic("spins", .cumulative, cost: .heavy)])

  /// An unnamed publisher.
  static func publisher() throws -> Publisher {
    try Publisher(.unnamed)
  }
}

extension Reader {
  /// Creates a reader of a publisher in the same process.
  convenience init(of publisher: Publisher) throws {
    try self.init(of: try publisher.descriptorForReader(), file: "test")
  }

  func group(_ name: String) -> TableGroup? { groups.first { $0.name == name } }

  func source(_ path: String) -> TableSource? { sources.first { $0.path == path } }

  /// Samples a group: the outcome and the words.
  func words(of group: TableGroup) -> (sample: TableSample, words: [UInt64]) {
    var words = [UInt64](repeating: 0x5555, count: group.schema.wordCount)
    var span = words.mutableSpan
    let sample = view.sample(group.slot, into: &span)
    return (sample, words)
  }

  /// A value by its name; `nil` if it is inactive or there is no sample.
  func value(_ name: String, of group: TableGroup) -> UInt64? {
    guard let statistic = group.schema[name] else { return nil }
    let (sample, words) = words(of: group)
    guard case .up = sample else { return nil }
    let word = words[statistic.words.lowerBound]
    return Inactive.marks(word, of: statistic) ? nil : word
  }
}
