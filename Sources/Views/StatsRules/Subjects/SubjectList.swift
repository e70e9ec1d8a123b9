public import Statistics
public import StatsTree

/// The statistics of schemas by name, found once for each family.
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

/// The sources that a sampler shows, as formulas see them.
public struct SubjectList {
  public let all: [Subject]
  /// Every schema that one of them has, each once.
  public let schemas: [Schema]

  /// The sources of the last pass that match.
  public init(_ sampler: Sampler, matching pattern: Pattern = .everything) {
    var own: [ObjectIdentifier: [Plan.Entry]] = [:]
    var sums: [ObjectIdentifier: [Plan.Entry]] = [:]
    var schemas: [Schema] = []
    var known: Set<UInt64> = []
    for entry in sampler.plan.entries {
      let key = ObjectIdentifier(entry.source)
      if entry.group.aggregation == nil {
        own[key, default: []].append(entry)
        if known.insert(entry.group.schema.hash).inserted { schemas.append(entry.group.schema) }
      } else {
        sums[key, default: []].append(entry)
      }
    }
    self.schemas = schemas
    let index = StatisticIndex()
    var subjects: [Subject] = []
    sampler.tree.root.visit { source in
      let path = source.path
      guard !path.isEmpty, sampler.shows(source), pattern.matches(path) else { return }
      var above: [Plan.Entry] = []
      var parent = source.parent
      while let this = parent {
        above += own[ObjectIdentifier(this)] ?? []
        parent = this.parent
      }
      let key = ObjectIdentifier(source)
      subjects.append(
        Subject(
          source: source, path: path, sampler: sampler, own: own[key] ?? [],
          sums: sums[key] ?? [], above: above, index: index))
    }
    all = subjects
  }
}
