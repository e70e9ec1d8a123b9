internal import Statistics
import StatsKnowledge
internal import StatsTree

/// Reads the statistic that one row and column show.
///
/// The statistic is looked up once per plan.
///
/// `TopCell` is a class, because copying a struct of this size would change several reference
/// counts in every sample.
final class TopCell {
  let statistic: Statistic
  let entry: Plan.Entry
  let format: TopFormat
  /// Whether the statistic counts the members of an aggregate by value.
  ///
  /// The shown value is then the number of members with the second value, which is `yes` for a
  /// boolean.
  let isStateCount: Bool
  private let placement: Placement
  private let isShare: Bool
  /// Whether the group is an aggregate.
  private let isSum: Bool
  /// The size of a raw unit in base units.
  private let factor: Double
  /// The flag, if `statistic` counts the time of a wait only when the wait ends; nil otherwise.
  ///
  /// The word with the given index is above 0 during a wait.
  private let flag: (statistic: Statistic, word: Int)?

  /// Creates the cell of the statistic with the given index in a group's schema.
  init(_ index: Int, of entry: Plan.Entry, _ meanings: Meanings) {
    let schema = entry.group.schema
    statistic = schema.statistics[index]
    self.entry = entry
    isStateCount = Self.isStateCount(index, of: entry)
    format = TopFormat(of: statistic, isStateCount: isStateCount)
    placement = entry.placement
    isShare = format == .share
    isSum = entry.group.aggregation != nil
    factor = statistic.scale.factor
    let name = meanings.all(named: statistic.name).lazy.compactMap(\.pendingWhile).first
    flag = name.flatMap { schema.index(of: $0) }.map {
      (schema.statistics[$0], Self.isStateCount($0, of: entry) ? 1 : 0)
    }
  }

  /// Returns `true` if a statistic of an aggregate counts members by state or boolean value.
  private static func isStateCount(_ index: Int, of entry: Plan.Entry) -> Bool {
    guard let aggregate = entry.group.aggregation?.definition else { return false }
    let origin = aggregate.origin(of: index)
    return origin.function == nil
      && !aggregate.members.statistics[origin.statistic].kind.isHistogram
      && aggregate.schema.statistics[index].kind.isHistogram
  }

  /// Returns the value that is shown and by which rows are sorted.
  ///
  /// The result is the rate of a counter, the 99th percentile of a histogram in the last interval,
  /// or the value of any other statistic.
  func value(_ sampler: Sampler) -> TopValue {
    if isStateCount {
      guard let count = sampler.value(statistic, at: placement, word: 1) else {
        return .none
      }
      return TopValue(value: Float(count))
    }
    switch statistic.kind {
    case .cumulative: return rate(sampler)
    case .linearHistogram, .logHistogram:
      switch sampler.change(statistic, at: placement) {
      case .increase(let change): return bound(of: change)
      case .reset(let since):
        var value = bound(of: since)
        value.notes = .afterReset
        return value
      case nil: return .none
      }
    case .instant, .peak, .state, .unknown:
      guard let word = sampler.value(statistic, at: placement) else { return .none }
      return TopValue(value: Float(Double(Level(word, of: statistic).value) * factor))
    }
  }

  private func rate(_ sampler: Sampler) -> TopValue {
    guard let rate = sampler.rate(statistic, at: placement) else { return .none }
    let memberCount = isSum ? sampler.members(of: entry)?.count ?? 1 : 1
    var notes: TopFootnotes = rate.afterReset ? .afterReset : []
    if let flag, rate.increase == 0 || memberCount > 1,
      let value = sampler.value(flag.statistic, at: placement, word: flag.word), value > 0
    {
      notes.insert(.ongoing)
      if rate.increase == 0 { return TopValue(value: .nan, notes: .ongoing) }
    }
    guard rate.increase > 0 else { return TopValue(value: 0, notes: notes) }
    if isShare, let share = Share(rate, of: statistic, memberCount: memberCount) {
      if share.exceedsInterval { notes.insert(.exceedsInterval) }
      return TopValue(value: Float(share.value), notes: notes)
    }
    return TopValue(value: Float(rate.perSecond * factor), notes: notes)
  }

  private func bound(of histogram: Histogram) -> TopValue {
    guard let bounds = histogram.quantile(0.99) else { return .none }
    return TopValue(value: Float(Double(bounds.upper ?? bounds.lower) * factor))
  }

  /// Returns the total of a counter or the number of samples of a histogram, since the source was
  /// created or reset.
  ///
  /// For other statistics, returns the value.
  func total(_ sampler: Sampler) -> (text: String, value: Float) {
    if isStateCount {
      let value = value(sampler)
      return (format.text(value, hasUnits: true), value.value)
    }
    if statistic.kind.isHistogram {
      guard let count = sampler.histogram(statistic, of: entry)?.count else { return ("-", .nan) }
      return (
        Quantity(Decimal(mantissa: UInt128(count), exponent: 0), unit: .none).text, Float(count)
      )
    }
    guard let word = sampler.value(statistic, of: entry),
      let text = Quantity(word, of: statistic)?.text
    else { return ("-", .nan) }
    return (text, Float(Double(Level(word, of: statistic).value) * factor))
  }
}

extension Scale {
  /// The scale as a floating point number, possibly rounded.
  fileprivate var factor: Double {
    let step = base == .ten ? 10.0 : 2.0
    return (0..<min(400, Int(exponent.magnitude))).reduce(1) { product, _ in
      exponent < 0 ? product / step : product * step
    }
  }
}
