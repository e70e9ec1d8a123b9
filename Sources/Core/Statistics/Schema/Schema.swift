/// An immutable, ordered list of statistics with the offsets of their words in a record.
///
/// A record is the words of one group in a sample. The order of the words can differ from the order
/// of the statistics, and there can be gaps: only the offset of a statistic determines the position
/// of its words.
public struct Schema: Sendable {
  /// The maximum number of words in a record; such a record has 16 MiB.
  public static let maximumWordCount = 1 << 21

  public let statistics: [Statistic]
  /// The number of words in a record, including gaps.
  public let wordCount: Int
  /// A hash that is equal for equal schemas, in every process and version of Vitals.
  public let hash: UInt64

  /// Creates a schema from statistics with offsets.
  public init(_ statistics: [Statistic]) throws(SchemaError) {
    var end = 0
    for statistic in statistics {
      guard statistic.offset >= 0, statistic.offset.isMultiple(of: 8), statistic.size >= 0 else {
        throw .misaligned(name: statistic.name, offset: statistic.offset)
      }
      // Offset and size can come from JSON of another program, so their sum might exceed 64 bits.
      let (last, overflow) = (statistic.offset / 8).addingReportingOverflow(statistic.size)
      guard !overflow, last <= Self.maximumWordCount else {
        throw .tooLarge(name: statistic.name, words: overflow ? .max : last)
      }
      end = max(end, last)
    }
    self.init(checked: statistics, wordCount: end)
  }

  /// Creates a schema in which the words of the statistics have no gaps; ignores their offsets.
  ///
  /// - Precondition: The statistics have at most `maximumWordCount` words in total.
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

  /// The index of the counter that has the exact sum of a histogram's samples; `nil` if there is
  /// none.
  ///
  /// The counter has the same unit and scale as the histogram. The names of both differ only in the
  /// last part, for example `halt_wait_ns` and `halt_wait_hist`.
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
