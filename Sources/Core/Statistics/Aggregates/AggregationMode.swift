/// The method by which the words of a statistic are aggregated.
enum AggregationMode: Hashable, Sendable {
  /// Word by word, by one or more functions.
  case values
  /// Bucket by bucket, as counts.
  case histogram
  /// Counted by the named values of a state.
  case states
  /// Counted as "no" and "yes".
  case boolean

  init(of statistic: Statistic) {
    self =
      switch (statistic.kind, statistic.unit) {
      case (.linearHistogram, _), (.logHistogram, _): .histogram
      case (.state, _): .states
      case (.cumulative, _): .values
      case (_, .boolean): .boolean
      default: .values
      }
  }
}
