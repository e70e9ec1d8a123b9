import Statistics
import Synchronization

// A program looks a handle up by name once. The handle then accesses the word directly.
extension Record {
  /// Returns a counter, or `nil` if the schema has no cumulative statistic with this name.
  ///
  /// - Precondition: The record is relaxed, because the words of a latched record change together.
  public func counter(_ name: String) -> PublishedCounter? {
    guard let statistic = single(name), statistic.kind == .cumulative else { return nil }
    return unsafe PublishedCounter(word(of: statistic), of: self)
  }

  /// Returns a level, or `nil` if the schema has no level, peak or state with this name.
  ///
  /// - Precondition: The record is relaxed.
  public func level(_ name: String) -> PublishedLevel? {
    guard let statistic = single(name), statistic.kind != .cumulative,
      !statistic.kind.isHistogram
    else { return nil }
    return unsafe PublishedLevel(
      word(of: statistic), inactiveWord: statistic.inactiveWord, of: self)
  }

  /// Returns a histogram, or `nil` if the schema has no histogram with this name.
  ///
  /// If `Schema.indexOfSum(of:)` finds a counter, this counter receives the sum of the samples.
  ///
  /// - Precondition: The record is relaxed.
  public func histogram(_ name: String) -> PublishedHistogram? {
    guard let statistic = schema[name], let shape = statistic.histogramShape, shape.count > 0 else {
      return nil
    }
    preconditionRelaxed(name)
    let sum = schema.indexOfSum(of: statistic).flatMap { counter(schema.statistics[$0].name) }
    return unsafe PublishedHistogram(word(of: statistic), shape: shape, sum: sum, of: self)
  }

  private func single(_ name: String) -> Statistic? {
    guard let statistic = schema[name], statistic.size == 1 else { return nil }
    preconditionRelaxed(name)
    return statistic
  }

  private func preconditionRelaxed(_ name: String) {
    precondition(
      consistency == .relaxed, "\(name) belongs to a latched record, whose words change together")
  }

  private func word(of statistic: Statistic) -> UnsafePointer<Atomic<UInt64>> {
    unsafe words + statistic.words.lowerBound
  }
}
