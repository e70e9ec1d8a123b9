#if Metrics
import Statistics
public import SharedTable
import Synchronization

/// A backend of swift-metrics: what a server counts is published in a table in shared memory.
///
/// ```swift
/// MetricsSystem.bootstrap(try TableMetrics(publishing: "web"))
/// ```
///
/// Metrics without dimensions are groups of the source `metrics`; each set of dimensions is a source
/// below it, such as `metrics/code=200,method=GET`, with a group for each label. Counting takes no
/// lock; making a metric does, and finds the one that is there.
///
/// It never fails towards those who count: a metric that cannot be published counts nowhere, and a
/// value that cannot be is left out. Both are counted, in the group `~metrics`.
public final class TableMetrics: Sendable {
  /// What it may be told; see the properties.
  public struct Configuration: Sendable {
    /// The source that all metrics are of.
    public var source = "metrics"
    /// How many metrics there may be at a time, and how many labels in all.
    ///
    /// A dimension with an unbounded number of values, such as a user's name, ends here.
    public var limit = 10_000
    /// What metrics are measured in, by label; the others are plain numbers with six decimals.
    public var descriptions: [String: MetricDescription] = [:]
    /// Told of the first metric that is refused, by whoever makes it; `refused_metrics` counts all.
    public var whenRefused: (@Sendable (MetricError) -> Void)?

    public init() {}
  }

  /// What publishes the table; close it where the server ends in order.
  public let publisher: Publisher
  public let configuration: Configuration
  let root: PublishedSource
  let own: OwnStatistics
  let registry = Mutex(MetricRegistry())

  /// Publishes into a table of its own, where readers look for publishers.
  ///
  /// - Parameters:
  ///   - name: the publisher's name, a part of the paths.
  ///   - configuration: what it is to know of the metrics.
  /// - Throws: as `Publisher.init` does.
  public convenience init(
    publishing name: String, configuration: Configuration = Configuration()
  ) throws(TableError) {
    try self.init(publishing: Publication(name: name), configuration: configuration)
  }

  /// Publishes into a table of its own, in a place of the caller's choice.
  public convenience init(
    publishing publication: Publication, configuration: Configuration = Configuration()
  ) throws(TableError) {
    try self.init(into: try Publisher(publication), configuration: configuration)
  }

  /// Publishes into a table that also has other sources.
  ///
  /// - Throws: `nameClash` where the table has the configuration's source, and as
  ///   `Publisher.addSource` does.
  public init(
    into publisher: Publisher, configuration: Configuration = Configuration()
  ) throws(TableError) {
    self.publisher = publisher
    self.configuration = configuration
    root = try publisher.addSource(configuration.source)
    own = try OwnStatistics(publisher, root)
  }
}
#endif
