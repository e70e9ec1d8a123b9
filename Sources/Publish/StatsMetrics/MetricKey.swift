#if Metrics
/// Identifies a metric.
///
/// Metrics with equal keys share one handler.
struct MetricKey: Hashable, Sendable {
  let kind: MetricKind
  let label: String
  let dimensions: DimensionSet
}

/// Compares and names the dimensions of a metric, independent of their order.
struct DimensionSet: Hashable, Sendable {
  struct Dimension: Hashable, Sendable {
    let name: String
    let value: String
  }

  private let dimensions: [Dimension]

  init(_ pairs: [(String, String)]) {
    let dimensions = pairs.map { Dimension(name: $0.0, value: $0.1) }
    self.dimensions =
      dimensions.count < 2
      ? dimensions : dimensions.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
  }

  var isEmpty: Bool { dimensions.isEmpty }

  /// The name of the source for these dimensions, such as `code=200,method=GET`.
  var name: String {
    let parts = dimensions.map { dimension in
      [dimension.name, dimension.value]
        .map { TableName.escaped($0, also: [UInt8(ascii: "="), UInt8(ascii: ",")]) }
        .joined(separator: "=")
    }
    return TableName.cut(parts.joined(separator: ","))
  }

  /// The keys of the source.
  ///
  /// If two dimensions have the same name, the first value applies.
  var keys: [String: String] {
    Dictionary(dimensions.map { (TableName.text($0.name), TableName.text($0.value)) }) { first, _ in
      first
    }
  }
}
#endif
