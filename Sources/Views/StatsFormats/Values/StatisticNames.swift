package import Statistics

/// Makes the names of a schema's statistics unique.
///
/// If a schema repeats a name, the second statistic gets the suffix `#2`, the third gets `#3`, and
/// so on.
package struct StatisticNames {
  package let names: [String]

  package init(of schema: Schema) {
    self.init(schema.statistics.map(\.name))
  }

  /// Makes the names of a list unique.
  init(_ originals: [String]) {
    var taken = Set(originals)
    var seen: Set<String> = []
    var names: [String] = []
    for plain in originals {
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
