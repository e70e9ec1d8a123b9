#if Metrics
public import Statistics

/// Describes the unit, precision and meaning of a metric for the table.
///
/// The API of swift-metrics has no parameters for these properties.
public struct MetricDescription: Hashable, Sendable {
  public var unit: Unit
  /// The number of decimals of the metric's values.
  ///
  /// Counters of whole numbers and timers have no decimals and ignore this property. With 6
  /// decimals, a level has a range of ±9.2e12, and a sum stops at 1.8e13.
  public let decimals: Int
  /// One sentence that tells the user what the metric means, or an empty text.
  public var meaning: String

  /// Creates a description.
  ///
  /// - Precondition: `decimals` is from 0 to 15.
  public init(unit: Unit = .none, decimals: Int = 6, meaning: String = "") {
    precondition((0...15).contains(decimals), "\(decimals) decimals")
    self.unit = unit
    self.decimals = decimals
    self.meaning = meaning
  }

  var scale: Scale { Scale(base: .ten, exponent: Int16(-decimals)) }
}

/// The kinds of metrics.
///
/// If a label is used for several kinds, the raw value distinguishes their names.
enum MetricKind: String, Hashable, Sendable {
  case counter
  case sum
  case meter
  case gauge
  case recorder
  case timer

  /// Returns the schema of a metric.
  ///
  /// If `name` is not the label, the meaning contains the label.
  func schema(named name: String, _ label: String, _ description: MetricDescription) -> Schema {
    let text = TableName.text(label)
    let meaning = [
      TableName.text(description.meaning),
      name == text ? "" : "The metric '\(text)' of swift-metrics.",
    ].filter { !$0.isEmpty }.joined(separator: " ")
    func statistic(
      _ ending: String, _ kind: Kind, unit: Unit, scale: Scale, size: Int = 1,
      isSigned: Bool = false
    ) -> Statistic {
      Statistic(
        name + ending, kind, unit: unit, scale: scale, size: size, isSigned: isSigned,
        meaning: meaning)
    }
    let (unit, scale) = (description.unit, description.scale)
    return switch self {
    case .counter:
      Schema(packing: [statistic("", .cumulative, unit: unit, scale: .one)])
    case .sum:
      Schema(packing: [statistic("", .cumulative, unit: unit, scale: scale)])
    case .meter, .gauge:
      Schema(packing: [statistic("", .instant, unit: unit, scale: scale, isSigned: true)])
    case .recorder:
      // One bucket for each power of two that a word can hold.
      Schema(packing: [
        statistic("_hist", .logHistogram, unit: unit, scale: scale, size: 65),
        statistic("_sum", .cumulative, unit: unit, scale: scale),
      ])
    case .timer:
      // The last bucket starts at 73 minutes.
      Schema(packing: [
        statistic("_hist", .logHistogram, unit: .seconds, scale: .nano, size: 44),
        statistic("_ns", .cumulative, unit: .seconds, scale: .nano),
      ])
    }
  }
}
#endif
