internal import Statistics
public import StatsTree

/// What functions make of aggregates' members, as lines in the columns of `CSV`.
///
/// There is a line for each statistic and function, with the function's name, and for the least and
/// greatest the member that has it; of `list` a line for each member. An average has three decimals
/// of the raw unit. Members are found once for each generation of the tree: keep the value between
/// passes.
public struct AggregateCSV {
  private let functions: [AggregateFunction]
  private var layout: AggregateLayout?

  public init(functions: [AggregateFunction]) {
    self.functions = functions
  }

  /// The lines of the last pass.
  public mutating func lines(of sampler: Sampler, at moment: Timestamp) -> [UInt8] {
    let layout = layout.flatMap { $0.isOf(sampler) ? $0 : nil } ?? AggregateLayout(sampler)
    self.layout = layout
    var text = ByteText()
    for block in layout.blocks {
      let place = CSV.place(of: block.source, at: moment)
      for part in block.parts {
        let start = CSV.start(of: part.entry, sampler, place)
        for column in part.columns { append(part, column, sampler, start, to: &text) }
      }
    }
    return text.bytes
  }

  private func append(
    _ part: AggregatePart, _ column: AggregateColumn, _ sampler: Sampler, _ start: [UInt8],
    to text: inout ByteText
  ) {
    let statistic = column.member.statistic
    let members = sampler.members(of: part.entry)?.text ?? ""
    func name(_ kind: Kind) -> [UInt8] {
      var name = ByteText()
      name.append(start)
      name.append(csv: column.name)
      name.append(",\(kind),")
      return name.bytes
    }
    let (plain, folded) = (name(statistic.kind), name((column.own?.statistic ?? statistic).kind))
    let values = MemberValues(statistic, part.members, sampler)
    for function in functions {
      if function == .list {
        for member in part.members {
          var end = ByteText()
          end.append(",\(members),list,")
          end.append(csv: member.path)
          text.appendLines(
            statistic, nil, sampler, at: member.placement, start: plain,
            end: end.text + ",")
        }
      } else if column.isOwn(function), let own = column.own {
        text.appendLines(
          own.statistic, own.tally, sampler, at: part.entry.placement, start: folded,
          end: ",\(members),sum,,")
      } else if column.hasNumber(function) {
        text.append(plain)
        let found = values.number(function)
        if let found { text.append(found.number.exact(of: statistic)) }
        text.append(",\(found?.number.isCount == true ? "" : statistic.exactUnit),,")
        text.append(",\(members),\(function.rawValue),")
        if let member = found?.member { text.append(csv: part.members[member].path) }
        text.append(",\n")
      }
    }
  }
}
