import Statistics
internal import StatsFormats
public import StatsKnowledge
public import StatsTree

extension SummaryTable {
  /// Finds the headline statistics of a plan, which are the statistics with a rank in `meanings`.
  ///
  /// - Parameters:
  ///   - plan: The plan that provides the schemas.
  ///   - meanings: The ranks of the statistics. If a name has several meanings, the best of their
  ///     ranks is used.
  ///   - limit: The maximum number of names.
  /// - Returns: The names for the columns of a summary, the most important first.
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

  /// Finds the headline statistics that are not zero.
  ///
  /// The three most important statistics are included even if they are zero. If no statistic has a
  /// rank, statistics are selected by kind and by their order in the schemas.
  ///
  /// - Parameters:
  ///   - sampler: The sampler that provides the plan and the last sample.
  ///   - meanings: The ranks of the statistics.
  ///   - paths: The paths of the sources to ignore.
  ///   - limit: The maximum number of names.
  /// - Returns: The names for the columns of a summary, the most important first.
  public static func headlines(
    for sampler: Sampler, _ meanings: Meanings, without paths: Set<String> = [], limit: Int
  ) -> [String] {
    let entries = sampler.plan.entries.filter { !paths.contains($0.source.path) }
    let all = headlines(for: entries, meanings, limit: .max)
    if all.isEmpty {
      // Statistics without meanings, such as those of the host, have no ranks.
      let section = SummarySection(paths: Set(entries.map(\.source.path)))
      return headlines(for: sampler, section, limit: limit)
    }
    var nonzero: Set<String> = []
    for entry in entries {
      let aggregate = entry.group.aggregation?.definition
      for index in entry.shown {
        let statistic = entry.group.schema.statistics[index]
        // State counts have one word per value. The first word is the number of members with the
        // value `no`, so the second word is checked.
        let word = StateCounts(of: index, in: aggregate) == nil ? 0 : 1
        if let value = sampler.value(statistic, of: entry, word: word), value > 0 {
          nonzero.insert(statistic.name)
        }
      }
    }
    let chosen = all.enumerated().filter { $0.offset < 3 || nonzero.contains($0.element) }
    return chosen.prefix(max(0, limit)).map(\.element)
  }
}
