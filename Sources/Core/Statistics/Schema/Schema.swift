/// An immutable, ordered list of statistics with the offsets of their words in a record.
///
/// The words may be in any order and may have gaps: only the offset of a statistic determines their
/// position.
public struct Schema: Sendable {
  /// The maximum number of words in a record: 16 MiB.
  public static let maximumWordCount = 1 << 21

  public let statistics: [Statistic]
  /// The length of a record, including gaps.
  public let wordCount: Int
  /// A hash that is equal for equal schemas, in every process and version.
  public let hash: UInt64

  /// Creates a schema from statistics with offsets.
  public init(_ statistics: [Statistic]) throws(SchemaError) {
    var end = 0
    for statistic in statistics {
      guard statistic.offset >= 0, statistic.offset.isMultiple(of: 8), statistic.size >= 0 else {
        throw .misaligned(name: statistic.name, offset: statistic.offset)
      }
      // Offset and size may come from foreign JSON: their sum may exceed 64 bits.
      let (last, overflow) = (statistic.offset / 8).addingReportingOverflow(statistic.size)
      guard !overflow, last <= Self.maximumWordCount else {
        throw .tooLarge(name: statistic.name, words: overflow ? .max : last)
      }
      end = max(end, last)
    }
    self.init(checked: statistics, wordCount: end)
  }

  /// Creates a schema that packs the statistics without gaps; ignores their offsets.
  ///
  /// - Precondition: The record has at most `maximumWordCount` words.
  public init(packing statistics: [Statistic]) {
    var packed = statistics
    var end = 0
    for index in packed.indices {
      packed[index].offset = end * 8
      end += packed[index].size
    }
    precondition(end <= Self.maximumWordCount, "a record of \(end) words")
    self.init(checked: packed, wordCount: end)
  }

  private init(checked statistics: [Statistic], wordCount: Int) {
    self.statistics = statistics
    self.wordCount = wordCount
    hash = Self.hash(of: statistics)
  }

  /// The index of the first statistic with this name.
  ///
  /// - Complexity: O(*n*). Call this function once, not per sample.
  public func index(of name: String) -> Int? {
    statistics.firstIndex { $0.name == name }
  }

  /// The first statistic with this name.
  public subscript(name: String) -> Statistic? {
    statistics.first { $0.name == name }
  }

  /// The index of the counter with the exact sum of a histogram's samples, if there is one.
  ///
  /// It has the unit and scale of the histogram, and its name differs only in the last part, for
  /// example `halt_wait_ns` and `halt_wait_hist`.
  public func indexOfSum(of histogram: Statistic) -> Int? {
    guard histogram.kind.isHistogram, let cut = histogram.name.lastIndex(of: "_") else {
      return nil
    }
    let stem = histogram.name[...cut]
    return statistics.firstIndex { candidate in
      candidate.kind == .cumulative && candidate.unit == histogram.unit
        && candidate.scale == histogram.scale && candidate.name.hasPrefix(stem)
        && !candidate.name.dropFirst(stem.count).contains("_")
    }
  }
}

extension Schema: Hashable {
  public static func == (lhs: Schema, rhs: Schema) -> Bool {
    lhs.hash == rhs.hash && lhs.statistics == rhs.statistics
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(hash)
  }
}
