#if Metrics
import Statistics
import SharedTable

/// Publishes the statistics of the backend itself as the group `~metrics`.
struct BackendStatistics: Sendable {
  let live: PublishedLevel
  let refusedMetrics: PublishedCounter
  let refusedValues: PublishedCounter

  private static let schema = Schema(packing: [
    Statistic(
      "live_metrics", .instant, meaning: "Metrics that exist."),
    Statistic(
      "refused_metrics", .cumulative,
      meaning: "Rejected metrics: the limit was reached or the table cannot represent them."),
    Statistic(
      "refused_values", .cumulative,
      meaning: "Rejected values: not finite, too large, or negative in a counter, recorder or"
        + " timer."),
  ])

  init(_ publisher: Publisher, _ source: PublishedSource) throws(TableError) {
    // The name cannot clash with that of a label, because `~` is escaped at the start of a label.
    let record = try publisher.addRecord("~metrics", schema: Self.schema, to: source)
    guard let live = record.level("live_metrics"),
      let refusedMetrics = record.counter("refused_metrics"),
      let refusedValues = record.counter("refused_values")
    else { throw .inexpressible("the schema of the group '~metrics' is incomplete") }
    live.set(0)
    self.live = live
    self.refusedMetrics = refusedMetrics
    self.refusedValues = refusedValues
  }
}
#endif
