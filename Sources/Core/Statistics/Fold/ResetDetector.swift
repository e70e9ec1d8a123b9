/// Finds the words that only grow and yet fell, between two records of a member.
///
/// A member that begins again at zero among others that grow is not seen in their sum: it is only
/// less than it should be. Whether a member may have fallen is told by the sum of its own words,
/// so that the record before is read only then.
public struct ResetDetector: Sendable {
  /// The statistics whose words only grow, by their positions in the members' schema.
  public let positions: [Int]
  private let totals: [Statistic]
  /// Their words, those side by side together.
  private let runs: [Range<Int>]
  private let markers: [UInt64]

  public init(of form: AggregateSchema) {
    let statistics = form.source.statistics
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
    var markers = Array(repeating: Inactive.unsigned, count: form.source.wordCount)
    for total in totals where total.isSigned {
      for word in total.words { markers[word] = Inactive.signed }
    }
    self.markers = markers
  }

  /// Whether a record has all words of the statistic at an index of `positions`.
  public func isActive(_ index: Int, in words: Span<UInt64>, at offset: Int) -> Bool {
    for word in totals[index].words where words[offset + word] == markers[word] { return false }
    return true
  }

  /// The sum of a record's words that only grow, modulo 2^64.
  ///
  /// It is less than that of the record before where all of them began again at zero. Where one of
  /// them did and the others grew by more it is not.
  public func sum(_ record: Span<UInt64>) -> UInt64 {
    var sums = SIMD8<UInt64>()
    for index in runs.indices {
      var word = runs[index].lowerBound
      let end = runs[index].upperBound
      while word + 8 <= end {
        let row = record.extracting(word..<word + 8)
        // Where the last word is, the others are: one check is left of eight.
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

  /// Records of what was lost and of what began: the words that did, all others inactive; nil
  /// where none did.
  ///
  /// Lost is what a word had that fell or became inactive; what it counted after that is its own
  /// growth. What begins, inactive before, had been counted at an unknown time: it is no growth.
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
