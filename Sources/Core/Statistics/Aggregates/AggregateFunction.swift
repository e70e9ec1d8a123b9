/// A function that computes one value from the values of an aggregate's members.
public enum AggregateFunction: String, CaseIterable, Hashable, Sendable {
  /// The sum of the values.
  case sum
  /// The minimum.
  case minimum = "min"
  /// The maximum.
  case maximum = "max"
  /// The sum divided by the number of values.
  case average = "avg"
  /// The number of values that are 0.
  case countZero = "zero"

  /// The default function of a statistic; `nil` if the statistic is merged or counted by value.
  ///
  /// Cumulative and instant values are summed. The maximum of peaks is a peak. Values of an unknown
  /// kind may not be additive; their maximum at least is one of the values. Histograms are merged,
  /// states and booleans are counted by value. A cumulative statistic with the unit boolean is an
  /// ordinary count.
  public static func natural(for statistic: Statistic) -> AggregateFunction? {
    guard AggregationMode(of: statistic) == .values else { return nil }
    return switch statistic.kind {
    case .cumulative, .instant: .sum
    default: .maximum
    }
  }

  /// Returns `true` if the function is meaningful for a statistic in mode `values`.
  ///
  /// Only the minimum and maximum are meaningful for an unknown kind.
  static func applies(_ function: AggregateFunction, to statistic: Statistic) -> Bool {
    guard case .unknown = statistic.kind else { return true }
    return function == .minimum || function == .maximum
  }
}
