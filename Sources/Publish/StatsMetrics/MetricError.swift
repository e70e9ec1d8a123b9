#if Metrics
public import SharedTable

/// A metric that counts nowhere, and why.
public struct MetricError: Sendable {
  public enum Reason: Error, Hashable, Sendable {
    /// There are as many metrics, or were as many labels, as the configuration allows.
    case limit(Int)
    /// The table cannot be changed.
    case table(TableError)
  }

  public let label: String
  public let dimensions: [(String, String)]
  public let reason: Reason
}

extension MetricError: CustomStringConvertible {
  public var description: String {
    let why =
      switch reason {
      case .limit(let limit):
        "there are \(limit) metrics or labels already; look for a dimension without bounds, or"
          + " raise the configuration's limit"
      case .table(let error): error.description
      }
    return "metric \(label) \(dimensions) is not published: \(why)"
  }
}
#endif
