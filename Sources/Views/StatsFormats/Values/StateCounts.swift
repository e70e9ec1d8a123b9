package import Statistics
package import StatsTree

/// Describes a statistic of an aggregate that counts the members by the value of a state or
/// boolean.
///
/// The aggregate stores the counts as a histogram of the values. Views show the count of each name
/// instead of a histogram, because named values have no quantiles.
package struct StateCounts {
  /// The unique names of the values, in the order of the values.
  ///
  /// For a state, the last name stands for all values without a name.
  let names: [String]
  /// Whether the values are `no` and `yes`, the values of a boolean.
  package let isFlag: Bool

  /// The name for all values that have no name.
  static let nameless = "(unknown)"

  /// Finds the names of the values by which a statistic of an aggregate counts the members; nil if
  /// the statistic does not count members.
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

  /// Formats the counts, such as `3 of 8` for a boolean or `running 12, halted 4` for a state.
  ///
  /// The text is `-` if all counts are 0.
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
  /// Returns the current number of members by state; nil if a count is inactive (missing).
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
