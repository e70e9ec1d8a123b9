#if Metrics
public import SharedTable

/// The reason why a metric was rejected.
public enum MetricError: Error, Hashable, Sendable {
  /// The backend has reached the maximum number of metrics or labels.
  case limitReached(Int)
  /// The table cannot be changed.
  case table(TableError)
}

extension MetricError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .limitReached(let maximum):
      "the maximum of \(maximum) metrics or labels is reached; look for a dimension with unbounded"
        + " values, or increase `maximumCount`"
    case .table(let error): error.description
    }
  }
}
#endif
