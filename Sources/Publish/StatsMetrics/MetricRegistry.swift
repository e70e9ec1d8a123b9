#if Metrics
import SharedTable
import Synchronization

/// The metrics of a backend that are published now.
struct MetricRegistry {
  /// A metric, and how often it was made and not destroyed.
  struct Entry {
    let handler: any TableHandler
    let record: Record
    var uses = 1
  }

  /// The source of a set of dimensions, and how many metrics it has.
  struct Place {
    let source: PublishedSource
    var metricCount = 0
  }

  var entries: [MetricKey: Entry] = [:]
  /// Without the root, which has the metrics without dimensions.
  var places: [DimensionSet: Place] = [:]
  /// Those of all metrics that there were: a table keeps their schemas.
  var labels: Set<String> = []
  /// Whether somebody was told of a refusal.
  var isRefusalTold = false
}

extension TableMetrics {
  /// The metric's handler, the one that is there or a new one; nil where it is refused.
  func handler<Handler: TableHandler>(
    of kind: MetricKind, _ label: String, _ dimensions: [(String, String)]
  ) -> Handler? {
    let key = MetricKey(kind: kind, label: label, dimensions: DimensionSet(dimensions))
    do throws(MetricError.Reason) {
      return try registry.withLock { registry throws(MetricError.Reason) in
        if let handler = registry.entries[key]?.handler as? Handler {
          registry.entries[key]?.uses += 1
          return handler
        }
        return try make(key, &registry)
      }
    } catch {
      refuse(MetricError(label: label, dimensions: dimensions, reason: error))
      return nil
    }
  }

  /// One user of a handler less; with the last one the metric goes.
  func destroy(_ handler: (some TableHandler)?) {
    guard let handler else { return }
    let key = handler.key
    registry.withLock { registry in
      // A metric that went and was made anew has another handler.
      guard let entry = registry.entries[key], entry.handler === handler else { return }
      guard entry.uses == 1 else {
        registry.entries[key]?.uses -= 1
        return
      }
      registry.entries[key] = nil
      own.live.set(UInt64(registry.entries.count))
      // A table that was closed shows nothing that would have to be removed.
      try? publisher.remove(entry.record)
      leave(key.dimensions, &registry)
    }
  }

  private func make<Handler: TableHandler>(
    _ key: MetricKey, _ registry: inout MetricRegistry
  ) throws(MetricError.Reason) -> Handler {
    let limit = configuration.limit
    guard registry.entries.count < limit,
      registry.labels.count < limit || registry.labels.contains(key.label)
    else { throw .limit(limit) }
    do throws(TableError) {
      let source = try enter(key.dimensions, &registry)
      do throws(TableError) {
        let (handler, record): (Handler, Record) = try publish(key, in: source)
        registry.entries[key] = MetricRegistry.Entry(handler: handler, record: record)
        registry.labels.insert(key.label)
        own.live.set(UInt64(registry.entries.count))
        return handler
      } catch {
        leave(key.dimensions, &registry)
        throw error
      }
    } catch {
      throw .table(error)
    }
  }

  /// Gives a metric a record of its own; a second kind of a label has the kind in its name.
  private func publish<Handler: TableHandler>(
    _ key: MetricKey, in source: PublishedSource
  ) throws(TableError) -> (Handler, Record) {
    let description = configuration.descriptions[key.label] ?? MetricDescription()
    func record(_ name: String) throws(TableError) -> (Handler, Record) {
      let schema = key.kind.schema(named: name, key.label, description)
      let record = try publisher.addRecord(name, schema: schema, to: source)
      let part = MetricPart(
        key: key, name: name, record: record, decimals: description.decimals,
        refusedValues: own.refusedValues)
      guard let handler = Handler(part) else {
        throw .inexpressible("\(key.label) has no statistics of its kind")
      }
      return (handler, record)
    }
    do throws(TableError) {
      return try record(TableName.of(key.label))
    } catch .groupClash {
      return try record(TableName.of(key.label, suffix: "~\(key.kind.rawValue)"))
    }
  }

  /// The source of a set of dimensions, with a metric more.
  private func enter(
    _ dimensions: DimensionSet, _ registry: inout MetricRegistry
  ) throws(TableError) -> PublishedSource {
    guard !dimensions.isEmpty else { return root }
    if let place = registry.places[dimensions] {
      registry.places[dimensions]?.metricCount += 1
      return place.source
    }
    let source = try publisher.addSource(dimensions.name, below: root, keys: dimensions.keys)
    registry.places[dimensions] = MetricRegistry.Place(source: source, metricCount: 1)
    return source
  }

  /// A metric of a set of dimensions less; with the last one its source goes.
  private func leave(_ dimensions: DimensionSet, _ registry: inout MetricRegistry) {
    guard let place = registry.places[dimensions] else { return }
    registry.places[dimensions]?.metricCount -= 1
    guard place.metricCount == 1 else { return }
    registry.places[dimensions] = nil
    try? publisher.remove(place.source)
  }

  private func refuse(_ refusal: MetricError) {
    own.refusedMetrics.add(1)
    let isFirst = registry.withLock { registry in
      defer { registry.isRefusalTold = true }
      return !registry.isRefusalTold
    }
    if isFirst { configuration.whenRefused?(refusal) }
  }
}
#endif
