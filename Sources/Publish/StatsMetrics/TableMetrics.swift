#if Metrics
import Statistics
public import SharedTable
import Synchronization

/// A backend of swift-metrics that publishes the metrics of a server in shared memory.
///
/// ```swift
/// MetricsSystem.bootstrap(try TableMetrics(publishing: "web"))
/// ```
///
/// Metrics without dimensions are groups of the source `metrics`. Each set of dimensions has a
/// source below `metrics`, such as `metrics/code=200,method=GET`, with one group per label.
/// Counting takes no lock. Creating a metric takes a lock, and returns the existing metric if the
/// metric was created before.
///
/// Errors never reach the code that counts. If a metric cannot be published, its values are
/// ignored; a value that cannot be represented is ignored as well. The group `~metrics` counts such
/// metrics and values.
public final class TableMetrics: Sendable {
  /// Options of the backend.
  public struct Configuration: Sendable {
    /// The name of the source that contains all metrics.
    public var source = "metrics"
    /// The maximum number of metrics at a time, and of labels in total.
    ///
    /// The maximum limits the memory if a dimension has an unbounded number of values, such as the
    /// names of users.
    public var maximumCount = 10_000
    /// The descriptions of metrics, by label.
    ///
    /// A metric without a description is a number without a unit, with six decimals.
    public var descriptions: [String: MetricDescription] = [:]
    /// A function that the backend calls for the first rejected metric, on the thread that creates
    /// the metric.
    ///
    /// The statistic `refused_metrics` counts all rejected metrics.
    public var rejectionHandler: (@Sendable (RejectedMetric) -> Void)?

    public init() {}
  }

  /// The publisher of the table.
  ///
  /// Call its `close()` when the server ends.
  public let publisher: Publisher
  public let configuration: Configuration
  let root: PublishedSource
  let statistics: BackendStatistics
  let registry = Mutex(MetricRegistry())

  /// Publishes into a new table in the standard directory.
  ///
  /// - Parameters:
  ///   - name: The publisher's name, a path component.
  ///   - configuration: The options of the backend.
  /// - Throws: The errors of `Publisher.init`.
  public convenience init(
    publishing name: String, configuration: Configuration = Configuration()
  ) throws(TableError) {
    try self.init(publishing: Publication(name: name), configuration: configuration)
  }

  /// Publishes into a new table at a location of the caller's choice.
  public convenience init(
    publishing publication: Publication, configuration: Configuration = Configuration()
  ) throws(TableError) {
    try self.init(into: try Publisher(publication), configuration: configuration)
  }

  /// Publishes into an existing table, which can contain other sources.
  ///
  /// - Throws: `nameClash` if the table already has the configured source, and the errors of
  ///   `Publisher.addSource`.
  public init(
    into publisher: Publisher, configuration: Configuration = Configuration()
  ) throws(TableError) {
    self.publisher = publisher
    self.configuration = configuration
    root = try publisher.addSource(configuration.source)
    statistics = try BackendStatistics(publisher, root)
  }
}
#endif
