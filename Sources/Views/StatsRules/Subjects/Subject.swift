public import Statistics
public import StatsTree

/// A source as seen by formulas: its groups, its aggregates, and the groups of its ancestors.
public struct Subject {
  public let source: Source
  /// The path of the source.
  public let path: String
  let sampler: Sampler
  /// The groups of the source that a backing reads.
  let own: [Plan.Entry]
  /// The aggregates of the source.
  let aggregates: [Plan.Entry]
  /// The groups of the ancestors, the nearest first.
  let inherited: [Plan.Entry]
  let index: StatisticIndex

  /// Returns the first statistic with a name: own groups, then aggregates, then ancestors.
  func find(_ name: String) -> (entry: Plan.Entry, statistic: Statistic)? {
    for entries in [own, aggregates, inherited] {
      for entry in entries {
        if let statistic = index.statistic(name, in: entry.group) { return (entry, statistic) }
      }
    }
    return nil
  }

  /// Returns `true` if the source itself has one statistic of a formula, and the source or its
  /// ancestors have all of them.
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

  /// Returns `true` if a group is simulated, so that its values permit no conclusion.
  public var isSimulated: Bool { own.contains { $0.group.provenance == .simulated } }

  /// Returns `true` if the source or one of its groups has a status.
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
