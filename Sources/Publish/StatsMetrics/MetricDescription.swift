#if Metrics
public import Statistics

/// What a metric is measured in: swift-metrics has no words for it, and a table does.
public struct MetricDescription: Hashable, Sendable {
  public var unit: Unit
  /// How many decimals of its values are kept; counters of whole numbers and timers have their own.
  ///
  /// With 6, a level lies within 9.2e12 on either side of zero, and a sum ends at 1.8e13.
  public let decimals: Int
  /// A sentence for who reads it; may be empty.
  public var meaning: String

  /// - Precondition: `decimals` is in 0 to 15.
  public init(unit: Unit = .none, decimals: Int = 6, meaning: String = "") {
    precondition((0...15).contains(decimals), "\(decimals) decimals")
    self.unit = unit
    self.decimals = decimals
    self.meaning = meaning
  }

  var scale: Scale { Scale(base: .ten, exponent: Int16(-decimals)) }
}

/// The kinds of metrics, by the names that they have where a label has several.
enum MetricKind: String, Hashable, Sendable {
  case counter
  case sum
  case meter
  case gauge
  case recorder
  case timer

  /// The statistics of a metric, named in the table; the label is told where it is another text.
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
      // One bucket for each power of two that a word can be.
      Schema(packing: [
        statistic("_hist", .logHistogram, unit: unit, scale: scale, size: 65),
        statistic("_sum", .cumulative, unit: unit, scale: scale),
      ])
    case .timer:
      // The last one is from 73 minutes on.
      Schema(packing: [
        statistic("_hist", .logHistogram, unit: .seconds, scale: .nano, size: 44),
        statistic("_ns", .cumulative, unit: .seconds, scale: .nano),
      ])
    }
  }
}
#endif
