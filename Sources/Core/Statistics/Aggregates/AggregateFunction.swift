/// A function that computes one value from the values of an aggregate's members.
public enum AggregateFunction: String, CaseIterable, Hashable, Sendable {
  /// The sum of the values.
  case sum
  /// The minimum of the values.
  case minimum = "min"
  /// The maximum of the values.
  case maximum = "max"
  /// The sum divided by the number of values.
  case average = "avg"
  /// The number of values that are 0.
  case countZero = "zero"

  /// The default function of a statistic; `nil` if the statistic is merged or counted by value.
  ///
  /// Cumulative and instant values are summed. For peaks, the default is the maximum, which is
  /// again a peak. For an unknown kind, the default is the maximum too: the sum might have no
  /// meaning, but the maximum is always one of the values. Histograms are merged; states and
  /// booleans are counted by value. A cumulative statistic with the unit boolean is treated as an
  /// ordinary count.
  public static func natural(for statistic: Statistic) -> AggregateFunction? {
    guard AggregationMode(of: statistic) == .values else { return nil }
    return switch statistic.kind {
    case .cumulative, .instant: .sum
    default: .maximum
    }
  }

  /// Returns `true` if the function is meaningful for a statistic in the mode `values`.
  ///
  /// For an unknown kind, only the minimum and the maximum are meaningful.
  static func applies(_ function: AggregateFunction, to statistic: Statistic) -> Bool {
    guard case .unknown = statistic.kind else { return true }
    return function == .minimum || function == .maximum
  }
}
