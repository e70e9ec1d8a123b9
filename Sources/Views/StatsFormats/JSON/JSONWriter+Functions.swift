internal import Statistics
internal import StatsTree

extension JSONWriter {
  // MARK: - Values

  /// Writes what a function makes of the members' values, with its key; nothing where it says
  /// nothing of them.
  mutating func value(
    of function: AggregateFunction, _ part: AggregatePart, _ column: AggregateColumn,
    _ sampler: Sampler
  ) {
    if function == .list {
      key(function.rawValue)
      object { writer in
        for member in part.members {
          writer.key(member.path)
          writer.value(of: column.member, sampler, at: member.placement)
        }
      }
    } else if column.isOwn(function), let own = column.own {
      key(function.rawValue)
      value(of: own, sampler, at: part.entry.placement)
    } else if column.hasNumber(function),
      let (number, member) = MemberValues(column.member.statistic, part.members, sampler)
        .number(function)
    {
      key(function.rawValue)
      guard function.picksMember else {
        value(number)
        return
      }
      object { writer in
        writer.key("value")
        writer.value(number)
        if let member { writer.member("member", part.members[member].path) }
      }
    }
  }

  private mutating func value(_ number: AggregateNumber) {
    if number.places == 0 { value(number.raw) } else { value(number.plain) }
  }

  // MARK: - Rates

  /// Writes what a function makes of the members' rates, with its key; nothing where it says
  /// nothing of them.
  mutating func rate(
    of function: AggregateFunction, _ rates: MemberRates, _ part: AggregatePart,
    _ column: AggregateColumn, _ sampler: Sampler
  ) {
    let name = function.rawValue
    switch function {
    case .sum:
      guard column.isOwn(.sum), let own = column.own else { return }
      rate(of: own.statistic, name, sampler, at: part.entry.placement)
    case .list:
      key(name)
      object { writer in
        for member in part.members {
          writer.rate(of: column.member.statistic, member.path, sampler, at: member.placement)
        }
      }
    case .minimum, .maximum:
      guard let extreme = rates.extreme(function) else { return }
      key(name)
      object { writer in
        writer.members(of: extreme.rate)
        if rates.differs { writer.member("member", part.members[extreme.member].path) }
      }
    case .average:
      guard let average = rates.average else { return }
      key(name)
      object { writer in
        writer.key("per_second")
        writer.value(average)
      }
    case .countZero:
      guard rates.count > 0 else { return }
      key(name)
      value(Int128(rates.zeroCount))
    }
  }
}
