import Statistics
internal import StatsFormats
public import StatsKnowledge
public import StatsTree

extension SummaryTable {
  /// The names of the most telling statistics that the groups of a plan have, best first.
  ///
  /// - Parameters:
  ///   - plan: whose schemas are looked at.
  ///   - meanings: they rank statistics; a name that means several things has its best rank.
  ///   - limit: the most names.
  /// - Returns: names for the columns of a summary.
  public static func headlines(for plan: Plan, _ meanings: Meanings, limit: Int) -> [String] {
    headlines(for: plan.entries, meanings, limit: limit)
  }

  private static func headlines(
    for entries: [Plan.Entry], _ meanings: Meanings, limit: Int
  ) -> [String] {
    var schemas: Set<Schema> = []
    var ranks: [String: Int] = [:]
    for entry in entries where schemas.insert(entry.group.schema).inserted {
      for index in entry.shown {
        let statistic = entry.group.schema.statistics[index]
        if ranks[statistic.name] != nil { continue }
        ranks[statistic.name] = meanings.all(named: statistic.name).compactMap(\.headline).min()
      }
    }
    let ordered = ranks.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    return ordered.prefix(max(0, limit)).map(\.key)
  }

  /// The most telling statistics that have ever counted something here, best first.
  ///
  /// A column of zeros tells nothing; the three best are there all the same. Where no statistic has
  /// a rank they are those that come first in their schemas.
  ///
  /// - Parameters:
  ///   - sampler: whose plan and last pass are looked at.
  ///   - meanings: they rank statistics.
  ///   - paths: sources that are not looked at.
  ///   - limit: the most names.
  /// - Returns: names for the columns of a summary.
  public static func headlines(
    for sampler: Sampler, _ meanings: Meanings, without paths: Set<String> = [], limit: Int
  ) -> [String] {
    let entries = sampler.plan.entries.filter { !paths.contains($0.source.path) }
    let all = headlines(for: entries, meanings, limit: .max)
    if all.isEmpty {
      // No words rank them, as those of the host: their schemas do.
      let section = SummarySection(paths: Set(entries.map(\.source.path)))
      return headlines(for: sampler, section, limit: limit)
    }
    var live: Set<String> = []
    for entry in entries {
      let fold = entry.group.aggregation?.form
      for index in entry.shown {
        let statistic = entry.group.schema.statistics[index]
        // The first word of a tally is how many members say no.
        let word = StateCounts(of: index, in: fold) == nil ? 0 : 1
        if let value = sampler.value(statistic, of: entry, word: word), value > 0 {
          live.insert(statistic.name)
        }
      }
    }
    let chosen = all.enumerated().filter { $0.offset < 3 || live.contains($0.element) }
    return chosen.prefix(max(0, limit)).map(\.element)
  }
}
