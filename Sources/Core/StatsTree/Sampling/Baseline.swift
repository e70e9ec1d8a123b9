import Statistics

/// What a reader takes as zero of the counts of a group.
struct Baseline {
  /// A record's words; of those that are not set, 0.
  private var words: [UInt64]
  private var isSet: [Bool]

  init(count: Int) {
    words = Array(repeating: 0, count: count)
    isSet = Array(repeating: false, count: count)
  }

  /// The zero of a word, or nil where it has none of its own.
  func word(_ position: Int) -> UInt64? { isSet[position] ? words[position] : nil }

  /// The zero of a histogram, or nil where it has none.
  func histogram(_ statistic: Statistic) -> Histogram? {
    statistic.words.allSatisfy { isSet[$0] } ? Histogram(of: statistic, in: words.span) : nil
  }

  /// Takes what a statistic has in a record as its zero; an inactive word is none.
  mutating func set(_ statistic: Statistic, to record: Span<UInt64>) {
    for word in statistic.words {
      isSet[word] = !Inactive.marks(record[word], of: statistic)
      words[word] = isSet[word] ? record[word] : 0
    }
  }

  /// Whether a word of a statistic is below its zero: it began again.
  func isAbove(_ statistic: Statistic, of record: Span<UInt64>) -> Bool {
    for word in statistic.words where isSet[word] {
      let (now, zero) = (record[word], words[word])
      if Inactive.marks(now, of: statistic) { continue }
      if statistic.isSigned ? Int64(bitPattern: now) < Int64(bitPattern: zero) : now < zero {
        return true
      }
    }
    return false
  }

  /// Takes a statistic as it is from now on.
  mutating func end(_ statistic: Statistic) {
    for word in statistic.words {
      isSet[word] = false
      words[word] = 0
    }
  }
}
