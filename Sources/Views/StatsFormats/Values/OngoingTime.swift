package import Statistics
package import StatsKnowledge
package import StatsTree

/// Detects statistics with time that is in progress and not counted yet.
///
/// `halt_wait_ns` of a waiting vCPU does not change until the wait ends, so 0 % would be wrong.
package struct OngoingTime {
  /// The flag statistics by the name of the statistic; a flag is 1 while time is in progress.
  private let flags: [String: String]

  package init(of names: some Sequence<String>, meanings: Meanings) {
    var flags: [String: String] = [:]
    for name in names {
      flags[name] = meanings.all(named: name).lazy.compactMap(\.pendingWhile).first
    }
    self.flags = flags
  }

  /// Returns `true` if time of the statistic is in progress, in a sum of any member.
  package func isOngoing(_ statistic: Statistic, _ sampler: Sampler, _ entry: Plan.Entry) -> Bool {
    flags[statistic.name].flatMap { OngoingFlag($0, in: entry.group) }?
      .isSet(sampler, at: entry.placement) ?? false
  }
}
