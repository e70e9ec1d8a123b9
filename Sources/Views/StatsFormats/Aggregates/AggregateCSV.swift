public import Statistics
public import StatsTree

/// Writes the results of aggregate functions as CSV lines with the columns of `CSV`.
///
/// Each statistic has one line per function. The output `list` has one line per member. Lines of
/// `min` and `max` name the member that has the value. An average is computed to three decimals in
/// the raw unit. The members are looked up again only after the plan or the tree changed. Therefore
/// keep this value from one sample to the next.
public struct AggregateCSV {
  private let outputs: [AggregateOutput]
  private var layout: AggregateLayout?

  public init(outputs: [AggregateOutput]) {
    self.outputs = outputs
  }

  /// Returns the lines of the sampler's last sample, without the header.
  public mutating func lines(of sampler: Sampler, at timestamp: Timestamp) -> [UInt8] {
    let layout =
      layout.flatMap { $0.isCurrent(for: sampler) ? $0 : nil }
      ?? AggregateLayout(sampler, meanings: nil)
    self.layout = layout
    var text = ByteText()
    for block in layout.blocks {
      let place = CSV.place(of: block.source, at: timestamp)
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
    let memberStart = name(statistic.kind)
    let aggregateStart = name((column.aggregate?.statistic ?? statistic).kind)
    let values = MemberValues(statistic, part.members, sampler)
    for output in outputs {
      guard let function = output.function else {
        for member in part.members {
          var end = ByteText()
          end.append(",\(members),list,")
          end.append(csv: member.path)
          text.appendLines(
            statistic, nil, sampler, at: member.placement, start: memberStart,
            end: end.text + ",")
        }
        continue
      }
      if column.isFromAggregate(function), let aggregate = column.aggregate {
        text.appendLines(
          aggregate.statistic, aggregate.stateCounts, sampler, at: part.entry.placement,
          start: aggregateStart,
          end: ",\(members),sum,,")
      } else if column.hasScalar(for: function) {
        text.append(memberStart)
        let result = values.result(of: function)
        if let result { text.append(result.number.exact(of: statistic)) }
        text.append(",\(result?.number.isCount == true ? "" : statistic.exactUnit),,")
        text.append(",\(members),\(function.rawValue),")
        if let member = result?.member { text.append(csv: part.members[member].path) }
        text.append(",\n")
      }
    }
  }
}
