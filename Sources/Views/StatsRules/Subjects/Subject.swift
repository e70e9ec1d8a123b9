public import Statistics
public import StatsTree

/// A source as formulas see it: its groups, its sums, and the groups of the sources above it.
public struct Subject {
  public let source: Source
  /// The source's path.
  public let path: String
  let sampler: Sampler
  /// Groups of its own, read from somewhere.
  let own: [Plan.Entry]
  /// What it sums of those below it.
  let sums: [Plan.Entry]
  /// Groups of the sources above it, the nearest first.
  let above: [Plan.Entry]
  let index: StatisticIndex

  /// The statistic of a name, where it is found first.
  func find(_ name: String) -> (entry: Plan.Entry, statistic: Statistic)? {
    for entries in [own, sums, above] {
      for entry in entries {
        if let statistic = index.statistic(name, in: entry.group) { return (entry, statistic) }
      }
    }
    return nil
  }

  /// Whether a formula is about this source: it has one of the names itself, and all of them in its
  /// groups or in those above it.
  public func hasOwn(_ formula: Formula) -> Bool {
    let names = formula.names
    guard names.contains(where: { isThere($0, in: own) }) else { return false }
    return names.allSatisfy { isThere($0, in: own) || isThere($0, in: above) }
  }

  private func isThere(_ name: String, in entries: [Plan.Entry]) -> Bool {
    entries.contains { index.statistic(name, in: $0.group) != nil }
  }

  /// The time between the two samples of its first group that has two.
  public var interval: Interval? {
    for entries in [own, sums, above] {
      for entry in entries {
        if let interval = sampler.interval(of: entry) { return interval }
      }
    }
    return nil
  }

  /// Whether its numbers are of no machine, so that nothing follows from them.
  public var isSimulated: Bool { own.contains { $0.group.provenance == .simulated } }

  /// Whether it or one of its groups is in a state.
  func isIn(_ state: StateWord) -> Bool {
    let statuses = [source.status] + own.map { sampler.status(of: $0) }
    return statuses.contains { status in
      switch (state, status) {
      case (.denied, .denied), (.stale, .stale): true
      default: false
      }
    }
  }
}
