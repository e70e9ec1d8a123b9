public import Statistics

/// The numbers of one group at one time, for a view that wants those of no other.
public struct Reading: Sendable {
  public let schema: Schema
  public let status: Status
  /// When the numbers were read; at 0 where they never were.
  public let window: Window
  /// The record; what its reader takes as zero is taken off.
  public private(set) var words: [UInt64]

  /// Whether the record holds numbers that were true at some time.
  public var hasNumbers: Bool { status.hasNumbers && window.end > 0 }

  init(_ schema: Schema, _ status: Status, _ window: Window, words: [UInt64]) {
    self.schema = schema
    self.status = status
    self.window = window
    self.words = words
  }

  /// Takes a reader's zeros off; a count that is below its zero began again, and has none any more.
  mutating func subtract(_ baseline: inout Baseline) {
    for statistic in schema.statistics {
      if baseline.isAbove(statistic, of: words.span) { baseline.end(statistic) }
      for word in statistic.words {
        guard let zero = baseline.word(word), !Inactive.marks(words[word], of: statistic) else {
          continue
        }
        words[word] &-= zero
      }
    }
  }

  /// A word of a statistic, or nil where there are no numbers or it is inactive.
  public func value(_ statistic: Statistic, word: Int = 0) -> UInt64? {
    guard hasNumbers, word < statistic.size else { return nil }
    let value = words[statistic.words.lowerBound + word]
    return Inactive.marks(value, of: statistic) ? nil : value
  }

  /// A histogram, or nil where there are no numbers or it is inactive.
  public func histogram(_ statistic: Statistic) -> Histogram? {
    hasNumbers ? Histogram(of: statistic, in: words.span) : nil
  }
}
