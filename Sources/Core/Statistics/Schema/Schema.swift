/// An ordered list of statistics and where their words lie in a record; immutable.
///
/// Words may lie in any order and with gaps: only a statistic's own offset says where it is.
public struct Schema: Sendable {
  /// Why a list of statistics is no schema.
  public enum Flaw: Error, Hashable, Sendable {
    /// Words lie at a multiple of 8 bytes.
    case misaligned(name: String, offset: Int)
    /// A record may have 2 Mi words.
    case tooLarge(name: String, words: Int)
  }

  /// The most words that a record may have: 16 MiB.
  public static let largestWordCount = 1 << 21

  public let statistics: [Statistic]
  /// The length of a record, gaps included.
  public let wordCount: Int
  /// Equal for equal schemas, in every process and version.
  public let hash: UInt64

  /// A schema of statistics that have their offsets.
  public init(_ statistics: [Statistic]) throws(Flaw) {
    var end = 0
    for statistic in statistics {
      guard statistic.offset >= 0, statistic.offset.isMultiple(of: 8), statistic.size >= 0 else {
        throw .misaligned(name: statistic.name, offset: statistic.offset)
      }
      // Offset and size may come from another's JSON: their sum may be beyond 64 bits.
      let (last, overflow) = (statistic.offset / 8).addingReportingOverflow(statistic.size)
      guard !overflow, last <= Self.largestWordCount else {
        throw .tooLarge(name: statistic.name, words: overflow ? .max : last)
      }
      end = max(end, last)
    }
    self.init(checked: statistics, wordCount: end)
  }

  /// A schema of statistics laid one after the other; their own offsets do not count.
  ///
  /// - Precondition: the record has at most `largestWordCount` words.
  public init(packing statistics: [Statistic]) {
    var packed = statistics
    var end = 0
    for index in packed.indices {
      packed[index].offset = end * 8
      end += packed[index].size
    }
    precondition(end <= Self.largestWordCount, "a record of \(end) words")
    self.init(checked: packed, wordCount: end)
  }

  private init(checked statistics: [Statistic], wordCount: Int) {
    self.statistics = statistics
    self.wordCount = wordCount
    var digest = Digest()
    for statistic in statistics { digest.add(statistic) }
    hash = digest.value
  }

  /// The position of the statistic with this name; the first one where a name stands twice.
  ///
  /// - Complexity: O(*n*). Look up once, not per sample.
  public func index(of name: String) -> Int? {
    statistics.firstIndex { $0.name == name }
  }

  /// The statistic with this name; the first one where a name stands twice.
  public subscript(name: String) -> Statistic? {
    statistics.first { $0.name == name }
  }

  /// The position of the counter that is the true sum of a histogram's samples, if there is one.
  ///
  /// It has the histogram's name with another last part, and its unit and scale, as
  /// `halt_wait_ns` has for `halt_wait_hist`.
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
  public static func == (one: Schema, other: Schema) -> Bool {
    one.hash == other.hash && one.statistics == other.statistics
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(hash)
  }
}

extension Schema.Flaw: CustomStringConvertible {
  public var description: String {
    switch self {
    case .misaligned(let name, let offset):
      "statistic \(name) lies at byte \(offset), which is no multiple of 8"
    case .tooLarge(let name, let words):
      "statistic \(name) makes the record \(words) words long; \(Schema.largestWordCount) is the most"
    }
  }
}
