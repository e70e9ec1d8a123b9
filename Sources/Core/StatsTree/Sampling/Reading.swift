public import Statistics

/// The values of one group at one time, for views that need no other group.
public struct Reading: Sendable {
  public let schema: Schema
  public let status: Status
  /// The time at which the values were read; 0 to 0 if they never were.
  public let window: Window
  /// The record, minus the baselines of its reader.
  public private(set) var words: [UInt64]

  /// Whether the record has values that were valid at some time.
  public var hasNumbers: Bool { status.hasNumbers && window.end > 0 }

  init(_ schema: Schema, _ status: Status, _ window: Window, words: [UInt64]) {
    self.schema = schema
    self.status = status
    self.window = window
    self.words = words
  }

  /// Subtracts a reader's baseline; a count below its baseline was reset and loses the baseline.
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

  /// Returns a word of a statistic, or `nil` if there are no values or the word is inactive.
  public func value(_ statistic: Statistic, word: Int = 0) -> UInt64? {
    guard hasNumbers, word < statistic.size else { return nil }
    let value = words[statistic.words.lowerBound + word]
    return Inactive.marks(value, of: statistic) ? nil : value
  }

  /// Returns a histogram, or `nil` if there are no values or it is inactive.
  public func histogram(_ statistic: Statistic) -> Histogram? {
    hasNumbers ? Histogram(of: statistic, in: words.span) : nil
  }
}
