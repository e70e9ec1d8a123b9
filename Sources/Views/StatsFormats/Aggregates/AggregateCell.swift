package import Statistics
package import StatsTree

/// Formats the results of aggregate functions, such as `max`, for one statistic of an aggregate.
///
/// The results are those of the sampler's last sample.
///
/// The values of the members are read when the first function needs them.
package struct AggregateCell {
  private let part: AggregatePart
  private let column: AggregateColumn
  private let sampler: Sampler
  private let showsRates: Bool
  private var rates: MemberRates?
  private var values: MemberValues?

  /// Creates the cell of a column.
  ///
  /// If `showsRates` is set, functions of a counter are applied to the rates of the members instead
  /// of their values.
  package init(
    _ part: AggregatePart, _ column: AggregateColumn, _ sampler: Sampler, showsRates: Bool
  ) {
    self.part = part
    self.column = column
    self.sampler = sampler
    self.showsRates = showsRates
  }

  private var isRate: Bool { showsRates && column.member.statistic.kind == .cumulative }

  /// Returns the result of a function; `-` if the function has no result.
  ///
  /// For `min` and `max`, `member` is the path of the member that has the result. `member` is nil
  /// for other functions, and if all members have the same value.
  package mutating func text(
    _ function: AggregateFunction, _ notes: inout Set<Footnote>
  ) -> (text: String, member: String?) {
    if column.isFromAggregate(function), let aggregate = column.aggregate {
      return (aggregateText(aggregate, &notes), nil)
    }
    guard column.hasScalar(for: function) else { return ("-", nil) }
    if isRate { return rateText(function, &notes) }
    let values = values ?? MemberValues(column.member.statistic, part.members, sampler)
    self.values = values
    guard let (number, member) = values.result(of: function) else { return ("-", nil) }
    return (number.text(of: column.member.statistic), member.map { part.members[$0].path })
  }

  private func aggregateText(
    _ formatter: CellFormatter, _ notes: inout Set<Footnote>
  ) -> String {
    guard showsRates else { return formatter.value(sampler, at: part.entry.placement) }
    let memberCount = sampler.members(of: part.entry)?.count ?? 1
    return formatter.rate(
      sampler, at: part.entry.placement, memberCount: memberCount, &notes)
  }

  private mutating func rateText(
    _ function: AggregateFunction, _ notes: inout Set<Footnote>
  ) -> (text: String, member: String?) {
    let statistic = column.member.statistic
    let rates = rates ?? MemberRates(column.member, part.members, sampler)
    self.rates = rates
    var marks: Set<Footnote> = []
    if rates.waitingCount > 0 { marks.insert(.ongoing) }
    let formatted: FormattedRate
    var member: Int?
    if let extreme = rates.extreme(function) {
      let rate = FormattedRate(extreme.rate, of: statistic)
      marks.formUnion(rate.notes)
      formatted = FormattedRate(text: rate.text, notes: marks)
      member = rates.differ ? extreme.member : nil
    } else if function == .average, let average = rates.average {
      formatted = FormattedRate(perSecond: average, of: statistic, notes: marks)
    } else if function == .countZero, rates.count > 0 {
      formatted = FormattedRate(text: "\(rates.zeroCount)", notes: marks)
    } else {
      formatted = FormattedRate(text: "-", notes: marks)
    }
    notes.formUnion(formatted.notes)
    return (formatted.marked, member.map { part.members[$0].path })
  }
}
