package import Statistics
package import StatsTree

/// How many members of an aggregate have each value of a state or boolean.
///
/// In the aggregate's record it is a histogram of the values. To a person it is none: values that
/// are names have no quantiles.
package struct StateCounts {
  /// What it counts, by value, each name once; the last of a state is all that has no name.
  let names: [String]
  /// Whether it counts no and yes.
  package let isFlag: Bool

  /// What stands for the values that have no name.
  static let nameless = "(unknown)"

  /// The tally of a statistic of an aggregate, or nil where it is none.
  ///
  /// - Parameters:
  ///   - index: the position of the statistic in the aggregate's schema.
  ///   - form: how the aggregate folds; nil of a group that is none.
  package init?(of index: Int, in form: AggregateSchema?) {
    guard let form else { return nil }
    let origin = form.origin(of: index)
    let source = form.source.statistics[origin.statistic]
    guard origin.function == nil, !source.kind.isHistogram else { return nil }
    isFlag = source.kind != .state
    let own = form.schema.statistics[index].states
    names = isFlag ? own : StatisticNames(own + [Self.nameless]).names
  }

  /// Such as `3 of 8` of a boolean, `running 12, halted 4` of a state; `-` of no members.
  package func text(_ counts: [UInt64]) -> String {
    let total = counts.reduce(0, +)
    guard total > 0 else { return "-" }
    if isFlag, counts.count > 1 { return "\(counts[1]) of \(total)" }
    return zip(names, counts).filter { $0.1 > 0 }.map { "\($0) \($1)" }.joined(separator: ", ")
  }

  /// Whether no member has another value than the first: `no`.
  package func isZero(_ counts: [UInt64]) -> Bool {
    isFlag && counts.dropFirst().allSatisfy { $0 == 0 }
  }
}

extension Sampler {
  /// The words of a tally now, or nil where it is not produced.
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
