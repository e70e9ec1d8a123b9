internal import Statistics
internal import StatsTree

/// Which statistics have time that goes on and is not counted yet.
///
/// `halt_wait_ns` of a vCPU that waits stands still until the wait is over: its 0 % would be a lie.
struct Pending {
  /// By the name of a statistic, the one that is 1 while its time goes on.
  private let flags: [String: String]

  init(_ meanings: Meanings, of names: some Sequence<String>) {
    var flags: [String: String] = [:]
    for name in names {
      flags[name] = meanings.all(named: name).lazy.compactMap(\.pendingWhile).first
    }
    self.flags = flags
  }

  /// Whether a statistic that did not move is of that kind, and its time goes on.
  func goesOn(_ statistic: Statistic, _ sampler: Sampler, _ entry: Plan.Entry) -> Bool {
    guard let name = flags[statistic.name], let flag = entry.group.schema[name] else {
      return false
    }
    return sampler.value(flag, of: entry) == 1
  }
}
