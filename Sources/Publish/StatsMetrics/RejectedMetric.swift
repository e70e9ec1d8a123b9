#if Metrics
/// Describes a metric that is not published.
///
/// The values of such a metric are ignored.
public struct RejectedMetric: Sendable {
  public let label: String
  public let dimensions: [(String, String)]
  public let reason: MetricError
}

extension RejectedMetric: CustomStringConvertible {
  public var description: String {
    "metric '\(label)' \(dimensions) is not published: \(reason)"
  }
}
#endif
