/// Detects resets: a total of a member is lower in the later of two records.
///
/// A sum over members can grow although one member was reset, because the other members grow more.
/// The caller therefore compares `sum` for each member separately, and calls `records` only if a
/// sum fell or words became active or inactive.
public struct ResetDetector: Sendable {
  /// The indices of the cumulative statistics and histograms in the members' schema.
  public let positions: [Int]
  private let totals: [Statistic]
  /// The words of the statistics in `totals`; adjacent words are joined to one range.
  private let runs: [Range<Int>]
  private let markers: [UInt64]

  public init(of definition: AggregateSchema) {
    let statistics = definition.members.statistics
    positions = statistics.indices.filter {
      statistics[$0].kind == .cumulative || statistics[$0].kind.isHistogram
    }
    totals = positions.map { statistics[$0] }
    var runs: [Range<Int>] = []
    for words in totals.map(\.words).sorted(by: { $0.lowerBound < $1.lowerBound })
    where !words.isEmpty {
      if let last = runs.last, words.lowerBound <= last.upperBound {
        runs[runs.count - 1] = last.lowerBound..<max(last.upperBound, words.upperBound)
      } else {
        runs.append(words)
      }
    }
    self.runs = runs
    var markers = Array(repeating: Inactive.unsigned, count: definition.members.wordCount)
    for total in totals where total.isSigned {
      for word in total.words { markers[word] = Inactive.signed }
    }
    self.markers = markers
  }

  /// Returns `true` if all words of a statistic are active; `index` is an index of `positions`.
  public func isActive(_ index: Int, in words: Span<UInt64>, at offset: Int) -> Bool {
    for word in totals[index].words where words[offset + word] == markers[word] { return false }
    return true
  }

  /// The sum of the totals in a record, modulo 2^64.
  ///
  /// The sum falls if all totals were reset. If only some totals were reset, the sum grows if the
  /// other totals grew more.
  public func sum(_ record: Span<UInt64>) -> UInt64 {
    var sums = SIMD8<UInt64>()
    for index in runs.indices {
      var word = runs[index].lowerBound
      let end = runs[index].upperBound
      while word + 8 <= end {
        let row = record.extracting(word..<word + 8)
        // If the access to the last word is valid, the others are valid too, so that the compiler
        // keeps one bounds check instead of eight.
        let last = row[7]
        sums &+= SIMD8(row[0], row[1], row[2], row[3], row[4], row[5], row[6], last)
        word += 8
      }
      while word < end {
        sums[0] &+= record[word]
        word += 1
      }
    }
    return sums.wrappedSum()
  }

  /// Compares two records of a member.
  ///
  /// `lost` has the earlier values of words that fell or became inactive. What such a word counted
  /// after the reset is ordinary growth. `begun` has the later values of words that became active.
  /// These values were counted at an unknown time and are not growth. In both records, all other
  /// words are inactive.
  ///
  /// - Returns: `nil` if no word fell and no word became active or inactive.
  public func records(
    from earlier: Span<UInt64>, to later: Span<UInt64>
  ) -> (lost: [UInt64], begun: [UInt64])? {
    var found: (lost: [UInt64], begun: [UInt64])?
    for index in totals.indices {
      let total = totals[index]
      for word in total.words where earlier[word] != later[word] {
        switch Delta(of: total, from: earlier[word], to: later[word]) {
        case .increase, .change: continue
        case .reset, .unknown: break
        }
        var records = found ?? (markers, markers)
        if Inactive.marks(earlier[word], of: total) {
          records.begun[word] = later[word]
        } else {
          records.lost[word] = earlier[word]
        }
        found = records
      }
    }
    return found
  }
}
