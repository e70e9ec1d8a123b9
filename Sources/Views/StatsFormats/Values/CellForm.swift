package import Statistics
package import StatsKnowledge
package import StatsTree

/// A statistic of a schema as a cell of a table has it.
package struct CellForm {
  package let statistic: Statistic
  /// The statistic that says that this one's time goes on uncounted.
  let pendingFlag: PendingFlag?
  /// Of an aggregate, where it counts members by value.
  package let tally: StateCounts?

  /// The form of a statistic of a group's schema, and of an aggregate's fold.
  package init(of index: Int, _ meanings: Meanings, in schema: Schema, _ fold: AggregateSchema?) {
    statistic = schema.statistics[index]
    let flag = meanings.all(named: statistic.name).lazy.compactMap(\.pendingWhile).first
    pendingFlag = flag.flatMap { PendingFlag($0, in: schema, fold) }
    tally = StateCounts(of: index, in: fold)
  }

  /// The form of a statistic of a schema that is not folded.
  init(_ statistic: Statistic, _ meanings: Meanings, in schema: Schema) {
    self.statistic = statistic
    let flag = meanings.all(named: statistic.name).lazy.compactMap(\.pendingWhile).first
    pendingFlag = flag.flatMap { PendingFlag($0, in: schema) }
    tally = nil
  }

  /// What stands behind the name in a title: `/s`, `%`, ` p99`.
  package func suffix(showsRates: Bool, showsMedians: Bool = false) -> String {
    if tally != nil { return "" }
    return switch statistic.kind {
    case .cumulative where showsRates: statistic.isTimeSpent ? "%" : "/s"
    case .linearHistogram, .logHistogram: showsMedians ? " p50,p99" : " p99"
    default: ""
    }
  }

  /// How fast it grew, of a histogram the bounds of what came, of anything else its value.
  ///
  /// So many parties may spend time at once: of a sum its members.
  package func rate(
    _ sampler: Sampler, at placement: Placement, parties: Int, showsMedians: Bool = false,
    _ notes: inout Set<Note>
  ) -> String {
    if tally != nil { return value(sampler, at: placement) }
    switch statistic.kind {
    case .cumulative:
      guard let rate = sampler.rate(statistic, at: placement) else { return "-" }
      let mayGoOn = rate.increase == 0 || parties > 1
      let goesOn = mayGoOn && pendingFlag?.isSet(sampler, at: placement) == true
      let figure = FormattedRate(rate, of: statistic, parties: parties, goesOn: goesOn)
      if !figure.notes.isEmpty { notes.formUnion(figure.notes) }
      return figure.marked
    case .linearHistogram, .logHistogram:
      switch sampler.change(statistic, at: placement) {
      case .increase(let change):
        return bounds(of: change, showsMedians)
      case .reset(let since):
        notes.insert(.afterReset)
        return bounds(of: since, showsMedians) + Note.afterReset.mark
      case nil: return "-"
      }
    case .instant, .peak, .state, .unknown:
      return value(sampler, at: placement)
    }
  }

  /// Its value, of a histogram the bounds of all samples.
  package func value(_ sampler: Sampler, at placement: Placement, showsMedians: Bool = false)
    -> String
  {
    if let tally {
      return sampler.counts(statistic, at: placement).map { tally.text($0) } ?? "-"
    }
    if statistic.kind.isHistogram {
      return sampler.histogram(statistic, at: placement).map { bounds(of: $0, showsMedians) } ?? "-"
    }
    let word = sampler.value(statistic, at: placement)
    return word.flatMap { Quantity($0, of: statistic)?.text } ?? "-"
  }

  private func bounds(of histogram: Histogram, _ showsMedians: Bool) -> String {
    let text = HistogramText(histogram, of: statistic)
    guard let high = text.bound(of: 0.99) else { return "-" }
    guard showsMedians, let median = text.bound(of: 0.5), median != high else { return high }
    return "\(median), \(high)"
  }
}

extension String {
  /// Whether the text of a cell says that nothing is or happened: `0`, `0.0%`, `-`, `0 of 6`.
  package var saysNothing: Bool {
    ["0", "0/s", "0.0%", "0 B", "0 s", "0 cycles", "no", "-"].contains(self) || hasPrefix("0 of ")
  }
}
