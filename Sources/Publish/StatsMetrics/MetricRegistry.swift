#if Metrics
import SharedTable
import Synchronization

/// Records the published metrics of a backend.
struct MetricRegistry {
  /// A published metric, and how often it was created and not yet destroyed (`uses`).
  struct Entry {
    let handler: any TableHandler
    let record: Record
    var uses = 1
  }

  /// The source of a set of dimensions, and the number of metrics in the source.
  struct DimensionSource {
    let source: PublishedSource
    var metricCount = 0
  }

  var entries: [MetricKey: Entry] = [:]
  /// The sources by dimensions.
  ///
  /// Metrics without dimensions belong to the root source.
  var dimensionSources: [DimensionSet: DimensionSource] = [:]
  /// The labels of all metrics so far, including removed metrics.
  ///
  /// The number of labels is limited, because the table keeps the schemas of removed metrics.
  var labels: Set<String> = []
  /// Whether `rejectionHandler` was called.
  var hasReportedRejection = false
}

extension TableMetrics {
  /// Returns the existing or a new handler of a metric; `nil` if the metric is rejected.
  func handler<Handler: TableHandler>(
    of kind: MetricKind, _ label: String, _ dimensions: [(String, String)]
  ) -> Handler? {
    let key = MetricKey(kind: kind, label: label, dimensions: DimensionSet(dimensions))
    do throws(MetricError) {
      return try registry.withLock { registry throws(MetricError) in
        if let handler = registry.entries[key]?.handler as? Handler {
          registry.entries[key]?.uses += 1
          return handler
        }
        return try create(key, &registry)
      }
    } catch {
      reject(RejectedMetric(label: label, dimensions: dimensions, reason: error))
      return nil
    }
  }

  /// Discounts a use of a handler, and removes the metric if no use is left.
  func destroy(_ handler: (some TableHandler)?) {
    guard let handler else { return }
    let key = handler.key
    registry.withLock { registry in
      // Ignore the handler of a metric that was removed and created again since.
      guard let entry = registry.entries[key], entry.handler === handler else { return }
      guard entry.uses == 1 else {
        registry.entries[key]?.uses -= 1
        return
      }
      registry.entries[key] = nil
      statistics.live.set(UInt64(registry.entries.count))
      // An error means that the table is closed; then no removal is necessary.
      try? publisher.remove(entry.record)
      releaseSource(of: key.dimensions, &registry)
    }
  }

  private func create<Handler: TableHandler>(
    _ key: MetricKey, _ registry: inout MetricRegistry
  ) throws(MetricError) -> Handler {
    let maximum = configuration.maximumCount
    guard registry.entries.count < maximum,
      registry.labels.count < maximum || registry.labels.contains(key.label)
    else { throw .limitReached(maximum) }
    do throws(TableError) {
      let source = try retainSource(of: key.dimensions, &registry)
      do throws(TableError) {
        let (handler, record): (Handler, Record) = try publish(key, in: source)
        registry.entries[key] = MetricRegistry.Entry(handler: handler, record: record)
        registry.labels.insert(key.label)
        statistics.live.set(UInt64(registry.entries.count))
        return handler
      } catch {
        releaseSource(of: key.dimensions, &registry)
        throw error
      }
    } catch {
      throw .table(error)
    }
  }

  /// Publishes a metric as a record.
  ///
  /// If the source already has a record for this label with another kind, the name of the new
  /// record contains the kind.
  private func publish<Handler: TableHandler>(
    _ key: MetricKey, in source: PublishedSource
  ) throws(TableError) -> (Handler, Record) {
    let description = configuration.descriptions[key.label] ?? MetricDescription()
    func record(_ name: String) throws(TableError) -> (Handler, Record) {
      let schema = key.kind.schema(named: name, key.label, description)
      let record = try publisher.addRecord(name, schema: schema, to: source)
      let part = MetricPart(
        key: key, name: name, record: record, decimals: description.decimals,
        refusedValues: statistics.refusedValues)
      guard let handler = Handler(part) else {
        throw .inexpressible("metric '\(key.label)' has no statistics of its kind")
      }
      return (handler, record)
    }
    do throws(TableError) {
      return try record(TableName.of(key.label))
    } catch .groupClash {
      return try record(TableName.of(key.label, suffix: "~\(key.kind.rawValue)"))
    }
  }

  /// Returns the source of a set of dimensions and counts one more metric in the source.
  private func retainSource(
    of dimensions: DimensionSet, _ registry: inout MetricRegistry
  ) throws(TableError) -> PublishedSource {
    guard !dimensions.isEmpty else { return root }
    if let entry = registry.dimensionSources[dimensions] {
      registry.dimensionSources[dimensions]?.metricCount += 1
      return entry.source
    }
    let source = try publisher.addSource(dimensions.name, below: root, keys: dimensions.keys)
    registry.dimensionSources[dimensions] = MetricRegistry.DimensionSource(
      source: source, metricCount: 1)
    return source
  }

  /// Discounts a metric in the source of these dimensions, and removes the source if it is empty.
  private func releaseSource(of dimensions: DimensionSet, _ registry: inout MetricRegistry) {
    guard let entry = registry.dimensionSources[dimensions] else { return }
    registry.dimensionSources[dimensions]?.metricCount -= 1
    guard entry.metricCount == 1 else { return }
    registry.dimensionSources[dimensions] = nil
    try? publisher.remove(entry.source)
  }

  private func reject(_ metric: RejectedMetric) {
    statistics.refusedMetrics.add(1)
    let isFirst = registry.withLock { registry in
      defer { registry.hasReportedRejection = true }
      return !registry.hasReportedRejection
    }
    if isFirst { configuration.rejectionHandler?(metric) }
  }
}
#endif
