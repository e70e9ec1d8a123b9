internal import Statistics
internal import StatsTree

/// The statistic that is set while time of another statistic is in progress and not counted yet.
struct OngoingFlag {
  private let statistic: Statistic
  /// The word that is above 0 while it is set; in an aggregate the number of members with `yes`.
  private let word: Int

  /// Finds the flag in a group; nil if the group has none.
  init?(_ name: String, in group: Group) {
    self.init(name, in: group.schema, group.aggregation?.definition)
  }

  /// Finds the flag in a schema and the aggregate schema that belongs to it.
  init?(_ name: String, in schema: Schema, _ aggregate: AggregateSchema? = nil) {
    guard let index = schema.index(of: name) else { return nil }
    statistic = schema.statistics[index]
    if let stateCounts = StateCounts(of: index, in: aggregate) {
      guard stateCounts.isFlag, statistic.size > 1 else { return nil }
      word = 1
    } else {
      guard !statistic.kind.isHistogram else { return nil }
      word = 0
    }
  }

  func isSet(_ sampler: Sampler, at placement: Placement) -> Bool {
    guard let value = sampler.value(statistic, at: placement, word: word) else { return false }
    // A level with values other than 0 and 1 is not a flag.
    return word == 0 ? value == 1 : value > 0
  }
}
