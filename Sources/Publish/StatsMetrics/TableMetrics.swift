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
/// Metrics without dimensions are groups of the source `metrics`. Each set of dimensions is a
/// source below it, such as `metrics/code=200,method=GET`, with one group per label. Counting takes
/// no lock. Creating a metric takes one and returns the existing metric if there is one.
///
/// Errors never reach the code that counts: a metric that cannot be published counts nowhere, and a
/// value that cannot be represented is ignored. The group `~metrics` counts both.
public final class TableMetrics: Sendable {
  /// Options of the backend.
  public struct Configuration: Sendable {
    /// The name of the source that contains all metrics.
    public var source = "metrics"
    /// The maximum number of metrics at a time, and of labels in total.
    ///
    /// It limits the memory of a dimension with an unbounded number of values, such as a user's
    /// name.
    public var maximumCount = 10_000
    /// The descriptions of metrics, by label; a metric without one is a plain number with six
    /// decimals.
    public var descriptions: [String: MetricDescription] = [:]
    /// Called for the first rejected metric, on the thread that creates it; `refused_metrics`
    /// counts all.
    public var rejectionHandler: (@Sendable (RejectedMetric) -> Void)?

    public init() {}
  }

  /// The publisher of the table; close it when the server ends.
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

  /// Publishes into a table that also has other sources.
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
