internal import Statistics
internal import StatsTree

extension JSONWriter {
  // MARK: - Values

  /// Writes the name of an output (a function or `list`) and its result over the members' values.
  ///
  /// Writes nothing if the output does not apply to the statistic.
  mutating func value(
    of output: AggregateOutput, _ part: AggregatePart, _ column: AggregateColumn,
    _ sampler: Sampler
  ) {
    guard let function = output.function else {
      key(output.name)
      object { writer in
        for member in part.members {
          writer.key(member.path)
          writer.value(of: column.member, sampler, at: member.placement)
        }
      }
      return
    }
    if column.isFromAggregate(function), let aggregate = column.aggregate {
      key(output.name)
      value(of: aggregate, sampler, at: part.entry.placement)
    } else if column.hasScalar(for: function),
      let (number, member) = MemberValues(column.member.statistic, part.members, sampler)
        .result(of: function)
    {
      key(output.name)
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

  /// Writes the name of an output (a function or `list`) and its result over the members' rates.
  ///
  /// Writes nothing if the output does not apply to the statistic.
  mutating func rate(
    of output: AggregateOutput, _ rates: MemberRates, _ part: AggregatePart,
    _ column: AggregateColumn, _ sampler: Sampler
  ) {
    let name = output.name
    switch output {
    case .function(.sum):
      guard column.isFromAggregate(.sum), let aggregate = column.aggregate else { return }
      rate(of: aggregate.statistic, name, sampler, at: part.entry.placement)
    case .list:
      key(name)
      object { writer in
        for member in part.members {
          writer.rate(of: column.member.statistic, member.path, sampler, at: member.placement)
        }
      }
    case .function(.minimum), .function(.maximum):
      guard let extreme = output.function.flatMap(rates.extreme) else { return }
      key(name)
      object { writer in
        writer.members(of: extreme.rate)
        if rates.differ { writer.member("member", part.members[extreme.member].path) }
      }
    case .function(.average):
      guard let average = rates.average else { return }
      key(name)
      object { writer in
        writer.key("per_second")
        writer.value(average)
      }
    case .function(.countZero):
      guard rates.count > 0 else { return }
      key(name)
      value(Int128(rates.zeroCount))
    }
  }
}
