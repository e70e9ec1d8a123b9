internal import Statistics

/// The names of a schema's statistics, each once.
///
/// Where a name stands twice the later one gets `#2`, the next `#3`.
struct StatisticNames {
  let names: [String]

  init(of schema: Schema) {
    var taken = Set(schema.statistics.map(\.name))
    var seen: Set<String> = []
    var names: [String] = []
    for statistic in schema.statistics {
      var name = statistic.name
      if !seen.insert(name).inserted {
        var number = 2
        while taken.contains("\(statistic.name)#\(number)") { number += 1 }
        name = "\(statistic.name)#\(number)"
        taken.insert(name)
      }
      names.append(name)
    }
    self.names = names
  }
}
