public import Statistics
public import StatsTree

/// Gives formulas access to the statistics of a source: the groups and aggregates of the source,
/// and the groups of its ancestors.
public struct Subject {
  public let source: Source
  /// The path of the source.
  public let path: String
  let sampler: Sampler
  /// The groups of the source that are not aggregates.
  let own: [Plan.Entry]
  /// The aggregates of the source.
  let aggregates: [Plan.Entry]
  /// The groups of the ancestors, the nearest first.
  let inherited: [Plan.Entry]
  let index: StatisticIndex

  /// Returns the first statistic with a name.
  ///
  /// Searches the source's own groups first, then the aggregates, then the groups of the ancestors.
  func find(_ name: String) -> (entry: Plan.Entry, statistic: Statistic)? {
    for entries in [own, aggregates, inherited] {
      for entry in entries {
        if let statistic = index.statistic(name, in: entry.group) { return (entry, statistic) }
      }
    }
    return nil
  }

  /// Returns `true` if the source itself has at least one statistic of a formula, and each other
  /// statistic of the formula belongs to the source or to an ancestor.
  public func hasOwn(_ formula: Formula) -> Bool {
    let names = formula.names
    guard names.contains(where: { has($0, in: own) }) else { return false }
    return names.allSatisfy { has($0, in: own) || has($0, in: inherited) }
  }

  private func has(_ name: String, in entries: [Plan.Entry]) -> Bool {
    entries.contains { index.statistic(name, in: $0.group) != nil }
  }

  /// The interval between the samples of the first group with two samples.
  public var interval: Interval? {
    for entries in [own, aggregates, inherited] {
      for entry in entries {
        if let interval = sampler.interval(of: entry) { return interval }
      }
    }
    return nil
  }

  /// Whether a group of the source is simulated.
  ///
  /// Simulated values permit no conclusion about this host.
  public var isSimulated: Bool { own.contains { $0.group.provenance == .simulated } }

  /// Returns `true` if the source or one of its groups has the status that a formula tests.
  ///
  /// The status `pending` counts as `stale`.
  func hasStatus(_ state: StateWord) -> Bool {
    let statuses = [source.status] + own.map { sampler.status(of: $0) }
    return statuses.contains { status in
      switch (state, status) {
      case (.denied, .denied), (.stale, .stale), (.stale, .pending): true
      default: false
      }
    }
  }
}
