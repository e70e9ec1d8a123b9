/// Gives out names, none of them twice.
///
/// A name of the source belongs to the first statistic that has it, whether the fold shows it or not:
/// a name never means another statistic than it does in the source. Whoever comes later gets ".2",
/// ".3" and so on behind it, the first that is free.
struct FoldNames {
  /// The name of each statistic of the source; they differ.
  private(set) var own: [String] = []
  private var taken: Set<String>
  /// By name the last number that was tried.
  private var numbers: [String: Int] = [:]

  init(of schema: Schema) {
    taken = Set(schema.statistics.map(\.name))
    var seen: Set<String> = []
    own.reserveCapacity(schema.statistics.count)
    for statistic in schema.statistics {
      let isFirst = seen.insert(statistic.name).inserted
      own.append(isFirst ? statistic.name : free(statistic.name))
    }
  }

  /// The name of what a function makes of a statistic; nil is its own form.
  mutating func name(of statistic: Int, by function: FoldFunction?, isNatural: Bool) -> String {
    guard let function, !isNatural else { return own[statistic] }
    return free("\(own[statistic]).\(function.rawValue)")
  }

  private mutating func free(_ name: String) -> String {
    var free = name
    var number = numbers[name] ?? 1
    while !taken.insert(free).inserted {
      number += 1
      free = "\(name).\(number)"
    }
    numbers[name] = number
    return free
  }
}
