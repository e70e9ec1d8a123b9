package import Statistics
package import StatsKnowledge
package import StatsTree

/// Which statistics have time that goes on and is not counted yet.
///
/// `halt_wait_ns` of a vCPU that waits stands still until the wait is over: its 0 % would be a lie.
package struct Pending {
  /// By the name of a statistic, the one that is 1 while its time goes on.
  private let flags: [String: String]

  package init(_ meanings: Meanings, of names: some Sequence<String>) {
    var flags: [String: String] = [:]
    for name in names {
      flags[name] = meanings.all(named: name).lazy.compactMap(\.pendingWhile).first
    }
    self.flags = flags
  }

  /// Whether a statistic is of that kind, and its time goes on; of a sum that of any member.
  package func goesOn(_ statistic: Statistic, _ sampler: Sampler, _ entry: Plan.Entry) -> Bool {
    flags[statistic.name].flatMap { PendingFlag($0, in: entry.group) }?
      .isSet(sampler, at: entry.placement) ?? false
  }
}

/// The statistic that says that time goes on uncounted.
struct PendingFlag {
  private let statistic: Statistic
  /// The word that is above 0 then: of an aggregate the number of members that say yes.
  private let word: Int

  /// The flag with this name in a group; nil where it has none.
  init?(_ name: String, in group: Group) {
    self.init(name, in: group.schema, group.aggregation?.form)
  }

  /// The flag with this name in a schema, and in that of a fold.
  init?(_ name: String, in schema: Schema, _ form: AggregateSchema? = nil) {
    guard let index = schema.index(of: name) else { return nil }
    statistic = schema.statistics[index]
    if let tally = StateCounts(of: index, in: form) {
      guard tally.isFlag, statistic.size > 1 else { return nil }
      word = 1
    } else {
      guard !statistic.kind.isHistogram else { return nil }
      word = 0
    }
  }

  func isSet(_ sampler: Sampler, at placement: Placement) -> Bool {
    guard let value = sampler.value(statistic, at: placement, word: word) else { return false }
    // A level of another kind than 0 and 1 is no flag.
    return word == 0 ? value == 1 : value > 0
  }
}
