public import Statistics
public import StatsTree

/// Finds the statistics of groups by name.
///
/// The results are cached for each family, which is all groups with the same name and schema.
final class StatisticIndex {
  private var families: [ObjectIdentifier: [String: Int]] = [:]

  func statistic(_ name: String, in group: Group) -> Statistic? {
    let schema = group.schema
    let key = ObjectIdentifier(group.family)
    if let known = families[key] { return known[name].map { schema.statistics[$0] } }
    var positions: [String: Int] = [:]
    for (position, statistic) in schema.statistics.enumerated()
    where positions[statistic.name] == nil {
      positions[statistic.name] = position
    }
    families[key] = positions
    return positions[name].map { schema.statistics[$0] }
  }
}

/// Lists the sources of a sampler, for the evaluation of formulas.
public struct SubjectList {
  public let all: [Subject]
  /// The schemas of the sources, without duplicates.
  public let schemas: [Schema]

  /// Lists the sources whose path matches, for the values of the last pass (sampling of all
  /// groups).
  public init(_ sampler: Sampler, matching pattern: Pattern = .everything) {
    var own: [ObjectIdentifier: [Plan.Entry]] = [:]
    var aggregates: [ObjectIdentifier: [Plan.Entry]] = [:]
    var schemas: [Schema] = []
    var known: Set<UInt64> = []
    for entry in sampler.plan.entries {
      let key = ObjectIdentifier(entry.source)
      if entry.group.aggregation == nil {
        own[key, default: []].append(entry)
        if known.insert(entry.group.schema.hash).inserted { schemas.append(entry.group.schema) }
      } else {
        aggregates[key, default: []].append(entry)
      }
    }
    self.schemas = schemas
    let index = StatisticIndex()
    var subjects: [Subject] = []
    sampler.tree.root.visit { source in
      let path = source.path
      guard !path.isEmpty, sampler.shows(source), pattern.matches(path) else { return }
      var inherited: [Plan.Entry] = []
      var ancestor = source.parent
      while let current = ancestor {
        inherited += own[ObjectIdentifier(current)] ?? []
        ancestor = current.parent
      }
      let key = ObjectIdentifier(source)
      subjects.append(
        Subject(
          source: source, path: path, sampler: sampler, own: own[key] ?? [],
          aggregates: aggregates[key] ?? [], inherited: inherited, index: index))
    }
    all = subjects
  }
}
