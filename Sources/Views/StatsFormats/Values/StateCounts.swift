package import Statistics
package import StatsTree

/// The numbers of members of an aggregate by the value of a state or boolean.
///
/// The aggregate stores them as a histogram of the values. Views do not show a histogram, because
/// named values have no quantiles.
package struct StateCounts {
  /// The unique names by value; the last name of a state is for all values without a name.
  let names: [String]
  /// Whether the values are `no` and `yes`.
  package let isFlag: Bool

  /// The name for all values that have no name.
  static let nameless = "(unknown)"

  /// Finds the states that a statistic of an aggregate counts; nil if it counts none.
  ///
  /// - Parameters:
  ///   - index: The position of the statistic in the aggregate's schema.
  ///   - aggregate: The aggregate schema; nil if the group is not an aggregate.
  package init?(of index: Int, in aggregate: AggregateSchema?) {
    guard let aggregate else { return nil }
    let origin = aggregate.origin(of: index)
    let source = aggregate.members.statistics[origin.statistic]
    guard origin.function == nil, !source.kind.isHistogram else { return nil }
    isFlag = source.kind != .state
    let own = aggregate.schema.statistics[index].states
    names = isFlag ? own : StatisticNames(own + [Self.nameless]).names
  }

  /// Formats the counts: `3 of 8`, or `running 12, halted 4`; `-` if all are 0.
  package func text(_ counts: [UInt64]) -> String {
    let total = counts.reduce(0, +)
    guard total > 0 else { return "-" }
    if isFlag, counts.count > 1 { return "\(counts[1]) of \(total)" }
    return zip(names, counts).filter { $0.1 > 0 }.map { "\($0) \($1)" }.joined(separator: ", ")
  }

  /// Returns `true` if all members of a boolean have the value `no`.
  package func isZero(_ counts: [UInt64]) -> Bool {
    isFlag && counts.dropFirst().allSatisfy { $0 == 0 }
  }
}

extension Sampler {
  /// Returns the current state counts of a statistic; nil if they are inactive.
  package func counts(_ statistic: Statistic, at placement: Placement) -> [UInt64]? {
    var counts: [UInt64] = []
    counts.reserveCapacity(statistic.size)
    for word in 0..<statistic.size {
      guard let count = value(statistic, at: placement, word: word) else { return nil }
      counts.append(count)
    }
    return counts
  }
}
