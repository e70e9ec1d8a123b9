package import Statistics
package import StatsKnowledge
package import StatsTree

/// Detects waits in progress, for statistics that count the time of a wait only when the wait ends.
///
/// For example, `halt_wait_ns` of a vCPU does not change until the vCPU's wait ends. A rate of 0 %
/// during the wait would be wrong.
package struct OngoingTime {
  /// Maps the name of a statistic to the name of its flag.
  ///
  /// The flag is another statistic, which is 1 during a wait.
  private let flags: [String: String]

  package init(of names: some Sequence<String>, meanings: Meanings) {
    var flags: [String: String] = [:]
    for name in names {
      flags[name] = meanings.all(named: name).lazy.compactMap(\.pendingWhile).first
    }
    self.flags = flags
  }

  /// Returns `true` if a wait that the statistic will count is in progress.
  ///
  /// For an aggregate, a wait of any member is sufficient.
  package func isOngoing(_ statistic: Statistic, _ sampler: Sampler, _ entry: Plan.Entry) -> Bool {
    flags[statistic.name].flatMap { OngoingFlag($0, in: entry.group) }?
      .isSet(sampler, at: entry.placement) ?? false
  }
}
