internal import Statistics
import StatsKnowledge
internal import StatsTree

/// Where the figures of a row and column come from, found once for each plan.
///
/// A class, because a copy of its value would count references in every pass.
final class TopCell {
  let statistic: Statistic
  let entry: Plan.Entry
  let form: TopForm
  /// Whether it counts the members of an aggregate that say yes.
  let isTally: Bool
  private let placement: Placement
  private let isShare: Bool
  /// Whether it is of an aggregate.
  private let isSum: Bool
  /// What a raw unit is in base units.
  private let factor: Double
  /// The statistic and word that say that this one's time goes on uncounted.
  private let flag: (statistic: Statistic, word: Int)?

  /// The cell of a statistic of a group, by its position in the schema.
  init(_ index: Int, of entry: Plan.Entry, _ meanings: Meanings) {
    let schema = entry.group.schema
    statistic = schema.statistics[index]
    self.entry = entry
    isTally = Self.isTally(index, of: entry)
    form = TopForm(of: statistic, isTally: isTally)
    placement = entry.placement
    isShare = form == .share
    isSum = entry.group.aggregation != nil
    factor = statistic.scale.factor
    let name = meanings.all(named: statistic.name).lazy.compactMap(\.pendingWhile).first
    flag = name.flatMap { schema.index(of: $0) }.map {
      (schema.statistics[$0], Self.isTally($0, of: entry) ? 1 : 0)
    }
  }

  /// Whether a statistic of an aggregate is how many members have each value.
  private static func isTally(_ index: Int, of entry: Plan.Entry) -> Bool {
    guard let form = entry.group.aggregation?.form else { return false }
    let origin = form.origin(of: index)
    return origin.function == nil && !form.source.statistics[origin.statistic].kind.isHistogram
      && form.schema.statistics[index].kind.isHistogram
  }

  /// The figure of the last interval: a count's rate, a histogram's 99th percentile, else a level.
  func figure(_ sampler: Sampler) -> TopValue {
    if isTally {
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
        var figure = bound(of: since)
        figure.notes = .afterReset
        return figure
      case nil: return .none
      }
    case .instant, .peak, .state, .unknown:
      guard let word = sampler.value(statistic, at: placement) else { return .none }
      return TopValue(value: Float(Double(Level(word, of: statistic).value) * factor))
    }
  }

  private func rate(_ sampler: Sampler) -> TopValue {
    guard let rate = sampler.rate(statistic, at: placement) else { return .none }
    // How many may spend time at once.
    let parties = isSum ? sampler.members(of: entry)?.count ?? 1 : 1
    var notes: TopNotes = rate.afterReset ? .afterReset : []
    if let flag, rate.increase == 0 || parties > 1,
      let value = sampler.value(flag.statistic, at: placement, word: flag.word), value > 0
    {
      notes.insert(.pending)
      if rate.increase == 0 { return TopValue(value: .nan, notes: .pending) }
    }
    guard rate.increase > 0 else { return TopValue(value: 0, notes: notes) }
    if isShare, let share = Share(rate, of: statistic, parties: parties) {
      if share.isInArrears { notes.insert(.arrears) }
      return TopValue(value: Float(share.value), notes: notes)
    }
    return TopValue(value: Float(rate.perSecond * factor), notes: notes)
  }

  private func bound(of histogram: Histogram) -> TopValue {
    guard let bounds = histogram.quantile(0.99) else { return .none }
    return TopValue(value: Float(Double(bounds.upper ?? bounds.lower) * factor))
  }

  /// What was counted in all, since the source began or a reset; of a level that itself.
  func total(_ sampler: Sampler) -> (text: String, value: Float) {
    if isTally {
      let figure = figure(sampler)
      return (form.text(figure, hasUnits: true), figure.value)
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
  /// The scale as a number, as nearly as floating point has it.
  fileprivate var factor: Double {
    let step = base == .ten ? 10.0 : 2.0
    return (0..<min(400, Int(exponent.magnitude))).reduce(1) { product, _ in
      exponent < 0 ? product / step : product * step
    }
  }
}
