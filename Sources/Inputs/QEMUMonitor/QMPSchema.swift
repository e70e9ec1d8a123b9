import Statistics
import StrictJSON

/// Creates the schema of one target of a monitor (the VM or its vCPUs) from its descriptions and
/// its first values.
///
/// QEMU lists statistics from the last to the first; the schema reverses the list. The schema of a
/// vCPU is then equal to the schema of the kernel's statistics descriptor, so that an aggregate can
/// contain groups of both.
struct QMPSchema: Sendable {
  let schema: Schema
  /// Pairs of positions in the schema: a histogram, and the statistic that is the true sum of its
  /// samples.
  let sums: [(histogram: Int, sum: Int)]

  /// Creates a schema from the results of `statistics(of:in:)` and `sizes(in:)`.
  ///
  /// A statistic without a value gets one word (64 bits), which contains the marker for a missing
  /// value.
  init(_ described: [Statistic], sizes: [String: Int]) throws(JSONError) {
    var statistics = described
    var wordCount = 0
    for index in statistics.indices {
      statistics[index].size = sizes[statistics[index].name] ?? 1
      wordCount += statistics[index].size
    }
    guard wordCount <= Schema.maximumWordCount else {
      throw JSONError(reason: .tooLarge, offset: wordCount)
    }
    let schema = Schema(packing: statistics)
    self.schema = schema
    sums = schema.statistics.enumerated().compactMap { index, statistic in
      schema.indexOfSum(of: statistic).map { (index, $0) }
    }
  }

  // MARK: - Parsing

  /// Parses the KVM statistics of a target in the result of query-stats-schemas.
  ///
  /// In the result, each statistic has one word.
  static func statistics(
    of target: QMPCommand.Target, in payload: JSONReader
  ) throws(JSONError) -> [Statistic] {
    var statistics: [Statistic] = []
    try QMPEntry.each(in: payload) { entry throws(JSONError) in
      guard entry.isKVM, entry.target == target.rawValue else { return }
      var reader = entry.statistics
      try reader.array { reader throws(JSONError) in
        if let statistic = try Self.statistic(&reader) { statistics.append(statistic) }
      }
    }
    return statistics.reversed()
  }

  /// Parses one statistic; returns nil if it has no name.
  ///
  /// Kinds and units of later versions become `.unknown`, so that the raw values are shown.
  private static func statistic(_ reader: inout JSONReader) throws(JSONError) -> Statistic? {
    var statistic = Statistic("", .unknown(0xf))
    try reader.object { reader, key throws(JSONError) in
      if reader.matches(key, "name") {
        statistic.name = try reader.string()
      } else if reader.matches(key, "type") {
        statistic.kind = Kind(qmpWord: try reader.string())
      } else if reader.matches(key, "unit") {
        statistic.unit = Unit(qmpWord: try reader.string())
      } else if reader.matches(key, "base") {
        statistic.scale.base = Scale.Base(qmpNumber: try reader.integer())
      } else if reader.matches(key, "exponent") {
        let exponent = try reader.integer()
        guard let exponent = Int16(exactly: exponent) else { throw reader.error(.number) }
        statistic.scale.exponent = exponent
      } else if reader.matches(key, "bucket-size") {
        statistic.bucketSize = UInt32(clamping: try reader.unsigned())
      } else {
        try reader.skip()
      }
    }
    return statistic.name.isEmpty ? nil : statistic
  }

  /// Returns, by the name of the statistic, the lengths of the arrays in the result of query-stats.
  static func sizes(in payload: JSONReader) throws(JSONError) -> [String: Int] {
    var sizes: [String: Int] = [:]
    try QMPEntry.each(in: payload) { entry throws(JSONError) in
      guard entry.isKVM else { return }
      try QMPValue.each(in: entry.statistics) { value throws(JSONError) in
        var reader = value.value
        guard try reader.nextKind() == .array else { return }
        var count = 0
        try reader.array { reader throws(JSONError) in
          try reader.skip()
          count += 1
        }
        let name = try reader.decoded(value.name)
        sizes[name] = max(count, sizes[name] ?? 0)
      }
    }
    return sizes
  }
}

extension Kind {
  /// Converts a kind of QEMU (`StatsType` in `qapi/stats.json`).
  init(qmpWord word: String) {
    self =
      switch word {
      case "cumulative": .cumulative
      case "instant": .instant
      case "peak": .peak
      case "linear-histogram": .linearHistogram
      case "log2-histogram": .logHistogram
      // The highest value that a descriptor can encode, because the kernel will assign it last.
      default: .unknown(0xf)
      }
  }
}

extension Unit {
  /// Converts a unit of QEMU (`StatsUnit` in `qapi/stats.json`).
  init(qmpWord word: String) {
    self =
      switch word {
      case "bytes": .bytes
      case "seconds": .seconds
      case "cycles": .cycles
      case "boolean": .boolean
      default: .unknown(0xf)
      }
  }
}

extension Scale.Base {
  init(qmpNumber number: Int) {
    self =
      switch number {
      case 10: .ten
      case 2: .two
      default: .unknown(0xf)
      }
  }
}
