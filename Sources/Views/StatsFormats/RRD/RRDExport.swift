internal import RRDFormat
import Statistics
public import StatsKnowledge
public import StatsTree

/// The last pass as a file of xcp-rrdd's protocol V2.
///
/// Each number is a data source `<path>/<statistic>`, sorted by name, with a float as its value:
/// xcp-rrdd computes with nothing else, and an integer could not say that it is not there. What is
/// not of now is NaN. Totals are `derive` and in the unit of their rate, all else is `gauge`. Of a
/// histogram its count is there, and of aggregates nothing: xcp-rrdd's readers sum by themselves.
/// Integers above 2^53 lose their last digits.
///
/// The metadata and its checksum stay the same until the plan has others to describe, so that a reader
/// parses them once.
public struct RRDExport {
  private let sampler: Sampler
  private let meanings: Meanings
  private let pattern: Pattern
  private var columns: [RRDColumn] = []
  private var generation: UInt64?
  /// The whole file, as of the last `update`.
  public private(set) var bytes: [UInt8] = []

  /// - Parameters:
  ///   - sampler: whose last pass is written.
  ///   - meanings: what descriptions say.
  ///   - pattern: the sources that are written.
  public init(_ sampler: Sampler, _ meanings: Meanings, matching pattern: Pattern = .everything) {
    self.sampler = sampler
    self.meanings = meanings
    self.pattern = pattern
  }

  /// The bytes that tell a reader that the file is whole; whoever changes a file in place writes them
  /// last.
  public var header: Range<Int> { 0..<RRDLayout.timestampOffset }

  /// The timestamp and the values: all besides the header that changes while the metadata stays.
  public var values: Range<Int> {
    RRDLayout.timestampOffset..<RRDLayout.valueOffset(columns.count)
  }

  /// Takes the numbers of the last pass.
  ///
  /// - Parameter moment: now; it tells the time of day of the sample.
  /// - Returns: whether the metadata is another one than before.
  @discardableResult
  public mutating func update(at moment: Timestamp) -> Bool {
    let isNew = describe()
    var latest: UInt64 = 0
    for (index, column) in columns.enumerated() {
      let value = column.value(of: sampler)
      bytes.setBigEndian(value.bitPattern, at: RRDLayout.valueOffset(index))
      if !value.isNaN { latest = max(latest, sampler.window(of: column.entry).end) }
    }
    // When the latest of the numbers was read, not when they are written.
    let age = latest > 0 && latest < moment.monotonic ? moment.monotonic - latest : 0
    let time = moment.realtime > age ? moment.realtime - age : 0
    let (seconds, nanoseconds) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
    let timestamp = Double(seconds) + Double(nanoseconds) / 1e9
    bytes.setBigEndian(timestamp.bitPattern, at: RRDLayout.timestampOffset)
    bytes.setBigEndian(Checksum.of(bytes, in: values), at: RRDLayout.dataChecksumOffset)
    return isNew
  }

  // MARK: - Metadata

  /// Lays the file out where the plan is another one: whether the metadata is.
  private mutating func describe() -> Bool {
    guard generation != sampler.plan.generation else { return false }
    generation = sampler.plan.generation
    let old = metadata
    let named = Self.named(sampler, meanings, pattern)
    columns = named.map(\.column)
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("datasources")
      writer.object { writer in
        for item in named { writer.member(item.name, item.column.dataSource) }
      }
    }
    guard old != writer.bytes[...] else { return false }
    let end = RRDLayout.valueOffset(columns.count)
    bytes = RRDLayout.magic + Array(repeating: 0, count: end + 4 - RRDLayout.magic.count)
    bytes += writer.bytes
    bytes.setBigEndian(UInt32(columns.count), at: RRDLayout.countOffset)
    bytes.setBigEndian(UInt32(writer.bytes.count), at: end)
    bytes.setBigEndian(
      Checksum.of(bytes, in: end + 4..<bytes.count), at: RRDLayout.metadataChecksumOffset)
    return true
  }

  /// The metadata as it stands in the file; nil before the first update.
  private var metadata: ArraySlice<UInt8>? {
    bytes.isEmpty ? nil : bytes[(RRDLayout.valueOffset(columns.count) + 4)...]
  }

  /// The columns in the order of their names, each of which is there once.
  private static func named(
    _ sampler: Sampler, _ meanings: Meanings, _ pattern: Pattern
  ) -> [(name: String, column: RRDColumn)] {
    var columns: [(path: String, column: RRDColumn)] = []
    for item in Listing(sampler, matching: pattern, hasAggregates: false).items {
      let path = item.source.path
      let owner = RRDDataSource.Owner(of: item.source)
      for entry in item.entries {
        columns += RRDColumn.all(of: entry, owner: owner, meanings).map { (path, $0) }
      }
    }
    var uses: [String: Int] = [:]
    for (path, column) in columns { uses["\(path)/\(column.leaf)", default: 0] += 1 }
    let given = columns.map { path, column in
      let short = "\(path)/\(column.leaf)"
      return uses[short] == 1 ? short : "\(path)/\(column.entry.group.name)/\(column.leaf)"
    }
    return zip(StatisticNames(given).names, columns)
      .map { (name: $0, column: $1.column) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}

extension JSONWriter {
  /// Writes a data source with its keys in the order of the alphabet.
  fileprivate mutating func member(_ name: String, _ source: RRDDataSource) {
    key(name)
    object { writer in
      writer.member("default", source.isDefault ? "true" : "false")
      if !source.meaning.isEmpty { writer.member("description", source.meaning) }
      writer.member("max", Self.bound(source.greatest))
      writer.member("min", Self.bound(source.least))
      writer.member("owner", source.owner.description)
      if source.isInverse { writer.member("transform", "inverse") }
      writer.member("type", source.behaviour.rawValue)
      writer.member("units", source.units)
      writer.member("value_type", source.valueType.rawValue)
    }
  }

  /// A bound as xcp-rrdd's own writers have it; those of a statistic are whole numbers.
  private static func bound(_ value: Double) -> String {
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return "\(Int(value)).00"
  }
}
