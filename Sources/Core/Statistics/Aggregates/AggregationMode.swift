/// The method by which the words of a statistic are aggregated.
enum AggregationMode: Hashable, Sendable {
  /// Numbers: each word is combined by one or more functions.
  case values
  /// Histograms: each bucket is the sum of the members' buckets.
  case histogram
  /// States: counts how many values have each name of the state.
  case states
  /// Booleans: counts how many values are "no" and "yes".
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
