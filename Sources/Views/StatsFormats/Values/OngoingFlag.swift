internal import Statistics
internal import StatsTree

/// Reads the flag of a statistic that counts the time of a wait only when the wait ends.
///
/// The flag is another statistic of the same group. The flag is 1 during a wait.
struct OngoingFlag {
  private let statistic: Statistic
  /// The index of the word (64-bit value) that is above 0 while the flag is set.
  ///
  /// In an aggregate, this word is the number of members whose flag is `yes`.
  private let word: Int

  /// Finds the flag by its name in a group; nil if the group has no such flag.
  init?(_ name: String, in group: Group) {
    self.init(name, in: group.schema, group.aggregation?.definition)
  }

  /// Finds the flag by its name in a schema.
  ///
  /// `aggregate` describes the aggregate; nil if the schema is not the schema of an aggregate.
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
