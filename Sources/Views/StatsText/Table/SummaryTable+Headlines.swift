import Statistics
internal import StatsFormats
public import StatsKnowledge
public import StatsTree

extension SummaryTable {
  /// Finds the headline statistics of a plan.
  ///
  /// - Parameters:
  ///   - plan: The plan that provides the schemas.
  ///   - meanings: The ranks; a name with several meanings has the best of their ranks.
  ///   - limit: The maximum number of names.
  /// - Returns: Names for the columns of a summary, highest rank first.
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
  /// The three with the highest rank are included even if they are zero. If no statistic has a
  /// rank, the order of the schemas decides.
  ///
  /// - Parameters:
  ///   - sampler: The sampler that provides the plan and the last pass.
  ///   - meanings: The ranks.
  ///   - paths: The sources to ignore.
  ///   - limit: The maximum number of names.
  /// - Returns: Names for the columns of a summary, highest rank first.
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
        // The first word of state counts is the number of members with the value `no`.
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
