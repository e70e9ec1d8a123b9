public import Statistics

/// The values of one group at one time, for views that need no other group.
public struct Reading: Sendable {
  public let schema: Schema
  public let status: Status
  /// The time span in which the values were read; 0 to 0 if the group was never read.
  public let window: Window
  /// The words of the record, after the baselines of the reader were subtracted.
  public private(set) var words: [UInt64]

  /// Whether the record has values that were valid at some time.
  public var hasNumbers: Bool { status.hasNumbers && window.end > 0 }

  init(_ schema: Schema, _ status: Status, _ window: Window, words: [UInt64]) {
    self.schema = schema
    self.status = status
    self.window = window
    self.words = words
  }

  /// Subtracts a reader's baseline.
  ///
  /// A count below its baseline was reset, so its baseline is removed.
  mutating func subtract(_ baseline: inout Baseline) {
    for statistic in schema.statistics {
      if baseline.isAbove(statistic, in: words.span) { baseline.remove(statistic) }
      for word in statistic.words {
        guard let zero = baseline.word(word), !Inactive.marks(words[word], of: statistic) else {
          continue
        }
        words[word] &-= zero
      }
    }
  }

  /// Returns a word of a statistic, or `nil` if the group has no values or the word is inactive.
  public func value(_ statistic: Statistic, word: Int = 0) -> UInt64? {
    guard hasNumbers, word < statistic.size else { return nil }
    let value = words[statistic.words.lowerBound + word]
    return Inactive.marks(value, of: statistic) ? nil : value
  }

  /// Returns a histogram, or `nil` if the group has no values or the histogram is inactive.
  public func histogram(_ statistic: Statistic) -> Histogram? {
    hasNumbers ? Histogram(of: statistic, in: words.span) : nil
  }
}
