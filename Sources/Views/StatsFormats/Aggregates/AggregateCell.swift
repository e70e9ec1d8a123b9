internal import Statistics
package import StatsTree

/// A statistic of an aggregate in a pass: what each function makes of it, as text.
///
/// The members are looked at when the first function asks.
package struct AggregateCell {
  private let part: AggregatePart
  private let column: AggregateColumn
  private let sampler: Sampler
  private let showsRates: Bool
  private var rates: MemberRates?
  private var values: MemberValues?

  /// The cells of a column, in which counts may be shown as rates.
  package init(
    _ part: AggregatePart, _ column: AggregateColumn, _ sampler: Sampler, showsRates: Bool
  ) {
    self.part = part
    self.column = column
    self.sampler = sampler
    self.showsRates = showsRates
  }

  private var isRate: Bool { showsRates && column.member.statistic.kind == .cumulative }

  /// What a function makes of it, and the member whose it is; `-` where that is nothing.
  package mutating func text(
    _ function: AggregateFunction, _ notes: inout Set<Note>
  ) -> (text: String, member: String?) {
    if column.isOwn(function), let own = column.own {
      return (ownText(own, &notes), nil)
    }
    guard column.hasNumber(function) else { return ("-", nil) }
    if isRate { return rateText(function, &notes) }
    let values = values ?? MemberValues(column.member.statistic, part.members, sampler)
    self.values = values
    guard let (number, member) = values.number(function) else { return ("-", nil) }
    return (number.text(of: column.member.statistic), member.map { part.members[$0].path })
  }

  private func ownText(_ own: CellForm, _ notes: inout Set<Note>) -> String {
    guard showsRates else { return own.value(sampler, at: part.entry.placement) }
    let parties = sampler.members(of: part.entry)?.count ?? 1
    return own.rate(sampler, at: part.entry.placement, parties: parties, &notes)
  }

  private mutating func rateText(
    _ function: AggregateFunction, _ notes: inout Set<Note>
  ) -> (text: String, member: String?) {
    let statistic = column.member.statistic
    let rates = rates ?? MemberRates(column.member, part.members, sampler)
    self.rates = rates
    var marks: Set<Note> = []
    if rates.waitingCount > 0 { marks.insert(.pending) }
    let figure: FormattedRate
    var member: Int?
    if let extreme = rates.extreme(function) {
      let own = FormattedRate(extreme.rate, of: statistic)
      marks.formUnion(own.notes)
      figure = FormattedRate(text: own.text, notes: marks)
      member = rates.differs ? extreme.member : nil
    } else if function == .average, let average = rates.average {
      figure = FormattedRate(perSecond: average, of: statistic, notes: marks)
    } else if function == .countZero, rates.count > 0 {
      figure = FormattedRate(text: "\(rates.zeroCount)", notes: marks)
    } else {
      figure = FormattedRate(text: "-", notes: marks)
    }
    notes.formUnion(figure.notes)
    return (figure.marked, member.map { part.members[$0].path })
  }
}
