package import Statistics

/// The names of a schema's statistics, made unique.
///
/// A repeated name gets the suffix `#2`, the next `#3`.
package struct StatisticNames {
  package let names: [String]

  package init(of schema: Schema) {
    self.init(schema.statistics.map(\.name))
  }

  /// Makes any names unique.
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
