import Statistics

/// The values that one reader subtracts from the counts of a group, as if the counts had been
/// cleared.
struct Baseline {
  /// The baseline of each word of a record; 0 if none is set.
  private var words: [UInt64]
  private var isSet: [Bool]

  init(count: Int) {
    words = Array(repeating: 0, count: count)
    isSet = Array(repeating: false, count: count)
  }

  /// Returns the baseline of a word, or `nil` if none is set.
  func word(_ position: Int) -> UInt64? { isSet[position] ? words[position] : nil }

  /// Returns the baseline of a histogram, or `nil` if none is set.
  func histogram(_ statistic: Statistic) -> Histogram? {
    statistic.words.allSatisfy { isSet[$0] } ? Histogram(of: statistic, in: words.span) : nil
  }

  /// Sets the baseline of a statistic to its value in a record; inactive words get no baseline.
  mutating func set(_ statistic: Statistic, to record: Span<UInt64>) {
    for word in statistic.words {
      isSet[word] = !Inactive.marks(record[word], of: statistic)
      words[word] = isSet[word] ? record[word] : 0
    }
  }

  /// Returns `true` if a word of a statistic is below its baseline, which means that the statistic
  /// was reset.
  func isAbove(_ statistic: Statistic, in record: Span<UInt64>) -> Bool {
    for word in statistic.words where isSet[word] {
      let (now, zero) = (record[word], words[word])
      if Inactive.marks(now, of: statistic) { continue }
      if statistic.isSigned ? Int64(bitPattern: now) < Int64(bitPattern: zero) : now < zero {
        return true
      }
    }
    return false
  }

  /// Removes the baseline of a statistic.
  mutating func remove(_ statistic: Statistic) {
    for word in statistic.words {
      isSet[word] = false
      words[word] = 0
    }
  }
}
