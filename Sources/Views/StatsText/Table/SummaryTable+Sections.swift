import Statistics
internal import StatsFormats
public import StatsTree

/// Sources of one publisher that share a table because they have the same schemas.
public struct SummarySection: Sendable {
  /// The paths of the sources.
  public let paths: Set<String>

  public init(paths: Set<String>) {
    self.paths = paths
  }

  /// Divides the published sources of a plan by publisher and schemas.
  ///
  /// The columns of such a section are chosen from the schemas, because Vitals has no meanings for
  /// statistics of other programs.
  ///
  /// - Parameters:
  ///   - plan: The plan that provides the sources.
  ///   - limit: The maximum number of sections; further sources are added to the last one.
  /// - Returns: The sections in tree order.
  public static func published(in plan: Plan, limit: Int = 12) -> [SummarySection] {
    struct Key: Hashable {
      let publisher: String
      var schemas: [UInt64] = []
    }
    var keys: [String: Key] = [:]
    var order: [String] = []
    for entry in plan.entries where entry.source.role.isPublished {
      let path = entry.source.path
      if keys[path] == nil {
        keys[path] = Key(publisher: entry.source.publisherName)
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
  /// Selects statistics of a section by kind.
  ///
  /// A state comes first, then a few counters, levels, histograms and peaks in schema order, then
  /// the others; statistics without a value come last.
  ///
  /// - Parameters:
  ///   - sampler: The sampler that provides the plan and the last pass.
  ///   - section: The sources.
  ///   - limit: The maximum number of names.
  /// - Returns: Names for the columns of a summary.
  public static func headlines(
    for sampler: Sampler, _ section: SummarySection, limit: Int
  ) -> [String] {
    var found: [(statistic: Statistic, kind: Kind, isSum: Bool, hasScalar: Bool)] = []
    var places: [String: Int] = [:]
    var sums: Set<String> = []
    for entry in sampler.plan.entries where section.paths.contains(entry.source.path) {
      let schema = entry.group.schema
      let aggregate = entry.group.aggregation?.definition
      for index in entry.shown {
        let statistic = schema.statistics[index]
        if let sum = schema.indexOfSum(of: statistic) { sums.insert(schema.statistics[sum].name) }
        let hasScalar = sampler.value(statistic, of: entry) != nil
        if let place = places[statistic.name] {
          if hasScalar { found[place].hasScalar = true }
        } else {
          places[statistic.name] = found.count
          let stateCounts = StateCounts(of: index, in: aggregate)
          let kind = stateCounts.map { $0.isFlag ? Kind.instant : .state } ?? statistic.kind
          found.append((statistic, kind, false, hasScalar))
        }
      }
    }
    for name in sums { if let place = places[name] { found[place].isSum = true } }
    var chosen: [String] = []
    for (kinds, count) in preferences {
      let fitting = found.filter {
        kinds.contains($0.kind) && $0.hasScalar && !$0.isSum
      }
      chosen += fitting.prefix(count).map(\.statistic.name)
    }
    let rest = found.filter { $0.hasScalar && !$0.isSum } + found
    for item in rest where !chosen.contains(item.statistic.name) {
      chosen.append(item.statistic.name)
    }
    return Array(chosen.prefix(max(0, limit)))
  }

  private static let preferences: [(kinds: Set<Kind>, count: Int)] = [
    ([.state], 1), ([.cumulative], 3), ([.instant], 2), ([.logHistogram, .linearHistogram], 2),
    ([.peak], 1),
  ]
}

extension Source {
  /// The name of the publisher that the source belongs to; empty if there is none.
  fileprivate var publisherName: String {
    var source: Source? = self
    while let candidate = source {
      if candidate.role == .publisher { return candidate.name }
      source = candidate.parent
    }
    return ""
  }
}
