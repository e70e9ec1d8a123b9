public import Statistics
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
    var schemas: Set<Schema> = []
    var ranks: [String: Int] = [:]
    for entry in plan.entries where schemas.insert(entry.group.schema).inserted {
      for statistic in entry.group.schema.statistics where ranks[statistic.name] == nil {
        ranks[statistic.name] = meanings.all(named: statistic.name).compactMap(\.headline).min()
      }
    }
    let ordered = ranks.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    return ordered.prefix(max(0, limit)).map(\.key)
  }
}
