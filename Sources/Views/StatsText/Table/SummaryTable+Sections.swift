import Statistics
internal import StatsFormats
public import StatsTree

/// Sources of one publisher that stand in one table, because they have the same statistics.
public struct SummarySection: Sendable {
  /// Their paths.
  public let paths: Set<String>

  public init(paths: Set<String>) {
    self.paths = paths
  }

  /// What programs publish, by publisher and schemas: sources whose columns come from their
  /// schemas, because nobody else knows what they tell.
  ///
  /// - Parameters:
  ///   - plan: whose sources are divided.
  ///   - limit: the most sections; what would be beyond it stands in the last one.
  /// - Returns: sections in the order of the tree.
  public static func published(in plan: Plan, limit: Int = 12) -> [SummarySection] {
    struct Key: Hashable {
      let publisher: Substring
      var schemas: [UInt64] = []
    }
    var keys: [String: Key] = [:]
    var order: [String] = []
    for entry in plan.entries where entry.source.path.hasPrefix("app/") {
      let path = entry.source.path
      if keys[path] == nil {
        keys[path] = Key(publisher: path.dropFirst(4).prefix { $0 != "/" })
        order.append(path)
      }
      keys[path]?.schemas.append(entry.group.schema.hash)
    }
    var sections: [Set<String>] = []
    var places: [Key: Int] = [:]
    for path in order {
      guard let key = keys[path] else { continue }
      let place = places[key] ?? min(sections.count, max(1, limit) - 1)
      places[key] = place
      if place == sections.count { sections.append([]) }
      sections[place].insert(path)
    }
    return sections.map { SummarySection(paths: $0) }
  }
}

extension SummaryTable {
  /// The names for the columns of sources that a program describes itself, best first.
  ///
  /// States, then a few counts, levels, peaks and histograms in the order of their schemas, then
  /// what is left; statistics without any number come last.
  ///
  /// - Parameters:
  ///   - sampler: whose plan and last pass are looked at.
  ///   - section: the sources.
  ///   - limit: the most names.
  /// - Returns: names for the columns of a summary.
  public static func headlines(
    for sampler: Sampler, _ section: SummarySection, limit: Int
  ) -> [String] {
    var found: [(statistic: Statistic, kind: Kind, isSum: Bool, hasNumber: Bool)] = []
    var places: [String: Int] = [:]
    var sums: Set<String> = []
    for entry in sampler.plan.entries where section.paths.contains(entry.source.path) {
      let schema = entry.group.schema
      let fold = entry.group.aggregation?.form
      for index in entry.shown {
        let statistic = schema.statistics[index]
        if let sum = schema.indexOfSum(of: statistic) { sums.insert(schema.statistics[sum].name) }
        let hasNumber = sampler.value(statistic, of: entry) != nil
        if let place = places[statistic.name] {
          if hasNumber { found[place].hasNumber = true }
        } else {
          places[statistic.name] = found.count
          let tally = StateCounts(of: index, in: fold)
          let kind = tally.map { $0.isFlag ? Kind.instant : .state } ?? statistic.kind
          found.append((statistic, kind, false, hasNumber))
        }
      }
    }
    for name in sums { if let place = places[name] { found[place].isSum = true } }
    var chosen: [String] = []
    for (kinds, most) in preferences {
      let fitting = found.filter {
        kinds.contains($0.kind) && $0.hasNumber && !$0.isSum
      }
      chosen += fitting.prefix(most).map(\.statistic.name)
    }
    let rest = found.filter { $0.hasNumber && !$0.isSum } + found
    for item in rest where !chosen.contains(item.statistic.name) {
      chosen.append(item.statistic.name)
    }
    return Array(chosen.prefix(max(0, limit)))
  }

  private static let preferences: [(kinds: Set<Kind>, most: Int)] = [
    ([.state], 1), ([.cumulative], 3), ([.instant], 2), ([.logHistogram, .linearHistogram], 2),
    ([.peak], 1),
  ]
}
