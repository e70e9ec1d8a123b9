package import Statistics
package import StatsKnowledge
package import StatsTree

/// Formats the value or rate of one statistic for a cell of a table.
package struct CellFormatter {
  package let statistic: Statistic
  /// The flag that is set during a wait, if this statistic counts the time of a wait only when the
  /// wait ends; nil for other statistics.
  let ongoingFlag: OngoingFlag?
  /// The names of the states, if this statistic of an aggregate counts members by state; nil
  /// otherwise.
  package let stateCounts: StateCounts?

  /// Creates a formatter for a statistic of a group.
  ///
  /// - Parameters:
  ///   - index: The index of the statistic in the schema.
  ///   - schema: The schema of the group.
  ///   - aggregate: The aggregate schema; nil if the group is not an aggregate.
  ///   - meanings: Tells which statistics count the time of a wait only when the wait ends; nil if
  ///     no rates are formatted.
  package init(
    of index: Int, in schema: Schema, _ aggregate: AggregateSchema?, meanings: Meanings?
  ) {
    statistic = schema.statistics[index]
    let flag = meanings?.all(named: statistic.name).lazy.compactMap(\.pendingWhile).first
    ongoingFlag = flag.flatMap { OngoingFlag($0, in: schema, aggregate) }
    stateCounts = StateCounts(of: index, in: aggregate)
  }

  /// Creates a formatter for a statistic of a group that is not an aggregate.
  init(_ statistic: Statistic, in schema: Schema, meanings: Meanings?) {
    self.statistic = statistic
    let flag = meanings?.all(named: statistic.name).lazy.compactMap(\.pendingWhile).first
    ongoingFlag = flag.flatMap { OngoingFlag($0, in: schema) }
    stateCounts = nil
  }

  /// Returns the text that follows the name of the statistic in a column title, such as `/s`, `%`
  /// or ` p99`.
  ///
  /// The text can be empty.
  package func suffix(showsRates: Bool, showsMedians: Bool = false) -> String {
    if stateCounts != nil { return "" }
    return switch statistic.kind {
    case .cumulative where showsRates: statistic.isTimeSpent ? "%" : "/s"
    case .linearHistogram, .logHistogram: showsMedians ? " p50,p99" : " p99"
    default: ""
    }
  }

  /// Formats the rate of a statistic.
  ///
  /// For a histogram, formats the bound of the 99th percentile of the samples in the interval. For
  /// a statistic that is neither a counter nor a histogram, formats the value.
  ///
  /// - Parameters:
  ///   - sampler: The sampler that provides the last two samples.
  ///   - placement: The location of the group's values in the sampler's snapshots.
  ///   - memberCount: The number of members of an aggregate, which together can spend the time of
  ///     as many CPUs; 1 if the group is not an aggregate.
  ///   - showsMedians: Whether the text of a histogram also contains the bound of the median.
  ///   - notes: Receives the footnotes whose marks are in the text.
  /// - Returns: The text; `-` if there is no rate.
  package func rate(
    _ sampler: Sampler, at placement: Placement, memberCount: Int, showsMedians: Bool = false,
    _ notes: inout Set<Footnote>
  ) -> String {
    if stateCounts != nil { return value(sampler, at: placement) }
    switch statistic.kind {
    case .cumulative:
      guard let rate = sampler.rate(statistic, at: placement) else { return "-" }
      let mayBeOngoing = rate.increase == 0 || memberCount > 1
      let isOngoing = mayBeOngoing && ongoingFlag?.isSet(sampler, at: placement) == true
      let formatted = FormattedRate(
        rate, of: statistic, memberCount: memberCount, isOngoing: isOngoing)
      if !formatted.notes.isEmpty { notes.formUnion(formatted.notes) }
      return formatted.marked
    case .linearHistogram, .logHistogram:
      switch sampler.change(statistic, at: placement) {
      case .increase(let change):
        return bounds(of: change, showsMedians)
      case .reset(let since):
        notes.insert(.afterReset)
        return bounds(of: since, showsMedians) + Footnote.afterReset.mark
      case nil: return "-"
      }
    case .instant, .peak, .state, .unknown:
      return value(sampler, at: placement)
    }
  }

  /// Formats the current value.
  ///
  /// For a histogram, formats quantile bounds of all samples.
  package func value(_ sampler: Sampler, at placement: Placement, showsMedians: Bool = false)
    -> String
  {
    if let stateCounts {
      return sampler.counts(statistic, at: placement).map { stateCounts.text($0) } ?? "-"
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
  /// Whether the text of a cell is a zero or a missing value, such as `0`, `0.0%`, `-` or `0 of 6`.
  package var isZeroOrMissing: Bool {
    ["0", "0/s", "0.0%", "0 B", "0 s", "0 cycles", "no", "-"].contains(self) || hasPrefix("0 of ")
  }
}
