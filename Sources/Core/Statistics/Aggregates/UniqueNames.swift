/// Assigns a unique name to each statistic of an aggregate.
///
/// A name of the members' schema belongs to the first statistic with that name, even if the
/// aggregate omits this statistic. A name therefore never refers to different statistics in the two
/// schemas. If a name is already used, the statistic gets the first free suffix of ".2", ".3" and
/// so on.
struct UniqueNames {
  /// The unique name of each statistic of the members.
  private(set) var own: [String] = []
  private var used: Set<String>
  /// For each name, the number in the last suffix that was tried.
  private var numbers: [String: Int] = [:]

  init(of schema: Schema) {
    used = Set(schema.statistics.map(\.name))
    var seen: Set<String> = []
    own.reserveCapacity(schema.statistics.count)
    for statistic in schema.statistics {
      let isFirst = seen.insert(statistic.name).inserted
      own.append(isFirst ? statistic.name : unused(statistic.name))
    }
  }

  /// Returns the name of a function's result; `function` is `nil` if values are merged or counted.
  mutating func name(of statistic: Int, by function: AggregateFunction?, isNatural: Bool) -> String
  {
    guard let function, !isNatural else { return own[statistic] }
    return unused("\(own[statistic]).\(function.rawValue)")
  }

  private mutating func unused(_ name: String) -> String {
    var candidate = name
    var number = numbers[name] ?? 1
    while !used.insert(candidate).inserted {
      number += 1
      candidate = "\(name).\(number)"
    }
    numbers[name] = number
    return candidate
  }
}
