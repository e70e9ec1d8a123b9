internal import RRDFormat
public import Statistics
public import StatsKnowledge
public import StatsTree

/// Writes the sampler's last sample as a file in protocol V2 of xcp-rrdd.
///
/// Each value has a data source, which is the term of xcp-rrdd for a named series of values. The
/// name is `<path>/<statistic>`. Data sources are sorted by name. Values are floats, because
/// xcp-rrdd computes with floats only and an integer cannot express a missing value. A value that
/// is not current is NaN. Integers above 2^53 lose their last digits.
///
/// Totals have the type `derive` and the unit of their rate. All other values have the type
/// `gauge`. A histogram is written as its number of samples only. Aggregates are omitted, because
/// readers of xcp-rrdd compute sums themselves.
///
/// The metadata and their checksum change only if the data sources change. A reader therefore needs
/// to parse the metadata only after such a change.
public struct RRDExport {
  private let sampler: Sampler
  private let meanings: Meanings
  private let pattern: Pattern
  private var columns: [RRDColumn] = []
  private var generation: UInt64?
  /// The contents of the complete file after the last call of `update`.
  public private(set) var bytes: [UInt8] = []

  /// - Parameters:
  ///   - sampler: The sampler that provides the samples.
  ///   - meanings: The descriptions of the statistics.
  ///   - pattern: Selects the sources.
  public init(
    _ sampler: Sampler, meanings: Meanings, matching pattern: Pattern = .everything
  ) {
    self.sampler = sampler
    self.meanings = meanings
    self.pattern = pattern
  }

  /// The range of the bytes from which a reader detects that the file is complete.
  ///
  /// A program that changes a file in place must write these bytes last.
  public var header: Range<Int> { 0..<RRDLayout.timestampOffset }

  /// The range of the timestamp and the values.
  ///
  /// While the metadata stay the same, only the header and this range change.
  public var values: Range<Int> {
    RRDLayout.timestampOffset..<RRDLayout.valueOffset(columns.count)
  }

  /// Writes the values of the sampler's last sample into `bytes`.
  ///
  /// - Parameter timestamp: The current time on both clocks, for converting the time of the sample
  ///   to the time of day.
  /// - Returns: `true` if the metadata changed.
  @discardableResult
  public mutating func update(at timestamp: Timestamp) -> Bool {
    let isNew = updateMetadata()
    var latest: UInt64 = 0
    for (index, column) in columns.enumerated() {
      let value = column.value(of: sampler)
      bytes.setBigEndian(value.bitPattern, at: RRDLayout.valueOffset(index))
      if !value.isNaN { latest = max(latest, sampler.window(of: column.entry).end) }
    }
    // The timestamp in the file is the time at which values were last read, not the time at which
    // the file is written.
    let age = latest > 0 && latest < timestamp.monotonic ? timestamp.monotonic - latest : 0
    let time = timestamp.realtime > age ? timestamp.realtime - age : 0
    let (seconds, nanoseconds) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
    let fractionalTime = Double(seconds) + Double(nanoseconds) / 1e9
    bytes.setBigEndian(fractionalTime.bitPattern, at: RRDLayout.timestampOffset)
    bytes.setBigEndian(Checksum.of(bytes, in: values), at: RRDLayout.dataChecksumOffset)
    return isNew
  }

  // MARK: - Metadata

  /// Rebuilds the columns and the metadata if the plan changed.
  ///
  /// - Returns: `true` if the metadata changed.
  private mutating func updateMetadata() -> Bool {
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

  /// The metadata in `bytes`; nil before the first update.
  private var metadata: ArraySlice<UInt8>? {
    bytes.isEmpty ? nil : bytes[(RRDLayout.valueOffset(columns.count) + 4)...]
  }

  /// Returns the columns with their unique names, sorted by name.
  private static func named(
    _ sampler: Sampler, _ meanings: Meanings, _ pattern: Pattern
  ) -> [(name: String, column: RRDColumn)] {
    var columns: [(path: String, column: RRDColumn)] = []
    for item in VisibleSources(sampler, matching: pattern, hasAggregates: false).items {
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
  /// Writes the description of a data source, with the JSON keys in alphabetical order.
  fileprivate mutating func member(_ name: String, _ source: RRDDataSource) {
    key(name)
    object { writer in
      writer.member("default", source.isDefault ? "true" : "false")
      if !source.meaning.isEmpty { writer.member("description", source.meaning) }
      writer.member("max", Self.bound(source.maximum))
      writer.member("min", Self.bound(source.minimum))
      writer.member("owner", source.owner.description)
      if source.isInverse { writer.member("transform", "inverse") }
      writer.member("type", source.behaviour.rawValue)
      writer.member("units", source.units)
      writer.member("value_type", source.valueType.rawValue)
    }
  }

  /// Formats a bound in the way of the writers of xcp-rrdd.
  ///
  /// All finite bounds of statistics are integers.
  private static func bound(_ value: Double) -> String {
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return "\(Int(value)).00"
  }
}
