package import Statistics

/// The names of a schema's statistics, each once.
///
/// Where a name stands twice the later one gets `#2`, the next `#3`.
package struct StatisticNames {
  package let names: [String]

  package init(of schema: Schema) {
    self.init(schema.statistics.map(\.name))
  }

  /// Names of anything.
  init(_ given: [String]) {
    var taken = Set(given)
    var seen: Set<String> = []
    var names: [String] = []
    for plain in given {
      var name = plain
      if !seen.insert(plain).inserted {
        var number = 2
        while taken.contains("\(plain)#\(number)") { number += 1 }
        name = "\(plain)#\(number)"
        taken.insert(name)
      }
      names.append(name)
    }
    self.names = names
  }
}
