/// Assigns names to the statistics of an aggregate, without duplicates.
///
/// A name of the members' schema belongs to the first statistic with that name, even if the
/// aggregate omits it: a name never refers to another statistic than in the members' schema. Later
/// statistics get the first free suffix of ".2", ".3" and so on.
struct UniqueNames {
  /// The distinct names of the members' statistics.
  private(set) var own: [String] = []
  private var used: Set<String>
  /// The last suffix tried for each name.
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

  /// Returns the name of the result of a function; `nil` means merged or counted by value.
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
