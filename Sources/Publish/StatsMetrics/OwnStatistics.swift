#if Metrics
import Statistics
import SharedTable

/// What a backend says of itself: the group `~metrics`.
struct OwnStatistics: Sendable {
  let live: PublishedLevel
  let refusedMetrics: PublishedCounter
  let refusedValues: PublishedCounter

  private static let schema = Schema(packing: [
    Statistic(
      "live_metrics", .instant, meaning: "Metrics that were made and not destroyed."),
    Statistic(
      "refused_metrics", .cumulative,
      meaning: "Requests for metrics that count nowhere: beyond the limit, or not publishable."),
    Statistic(
      "refused_values", .cumulative,
      meaning: "Values that no statistic could hold: not finite, too large, or negative where"
        + " only positive ones are counted."),
  ])

  init(_ publisher: Publisher, _ source: PublishedSource) throws(TableError) {
    // No label has this name: a ~ of theirs is escaped.
    let record = try publisher.addRecord("~metrics", schema: Self.schema, to: source)
    guard let live = record.level("live_metrics"),
      let refusedMetrics = record.counter("refused_metrics"),
      let refusedValues = record.counter("refused_values")
    else { throw .inexpressible("the statistics of the metrics themselves") }
    live.set(0)
    self.live = live
    self.refusedMetrics = refusedMetrics
    self.refusedValues = refusedValues
  }
}
#endif
