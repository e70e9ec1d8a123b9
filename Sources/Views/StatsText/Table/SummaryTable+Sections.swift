import Statistics
internal import StatsFormats
public import StatsTree

/// A set of sources that share a table, because they belong to one publisher and have the same
/// schemas.
public struct SummarySection: Sendable {
  /// The paths of the sources.
  public let paths: Set<String>

  public init(paths: Set<String>) {
    self.paths = paths
  }

  /// Divides the published sources of a plan into sections.
  ///
  /// Sources with the same publisher and the same schemas form one section.
  ///
  /// The columns of such a section are chosen by the kinds in the schemas, because Vitals has no
  /// ranks for the statistics of other programs.
  ///
  /// - Parameters:
  ///   - plan: The plan that provides the sources.
  ///   - limit: The maximum number of sections. The sources of further sections are added to the
  ///     last section.
  /// - Returns: The sections in the order of the tree.
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
  /// A state comes first. A few counters, levels, histograms and peaks follow, each kind in the
  /// order of the schema. The remaining statistics come next. Statistics without a value, and
  /// counters that contain the sum of a histogram, come last.
  ///
  /// - Parameters:
  ///   - sampler: The sampler that provides the plan and the last sample.
  ///   - section: The section, which provides the paths of the sources.
  ///   - limit: The maximum number of names.
  /// - Returns: The names for the columns of a summary.
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
  /// The name of the publisher to which the source belongs; empty if the source has no publisher.
  fileprivate var publisherName: String {
    var source: Source? = self
    while let candidate = source {
      if candidate.role == .publisher { return candidate.name }
      source = candidate.parent
    }
    return ""
  }
}
