import Glibc
public import Statistics

extension Sampler {
  /// Clears the counts and histograms of a group for this sampler only.
  ///
  /// Their current values become a baseline that this sampler subtracts. Other readers and rates
  /// are not affected. Levels and states do not change, nor do peaks, because the maximum since
  /// then is unknown. A later reset of a count ends its baseline. A group without values is not
  /// affected.
  public func clear(_ entry: Plan.Entry) {
    let counts = entry.group.schema.statistics.filter(\.isSum)
    _ = setBaseline(counts, of: entry)
  }

  /// Clears one statistic of a group for this sampler only.
  ///
  /// - Returns: `notPermitted` for a level, state or peak; `failed` with `ENOENT` if the group has
  ///   left.
  public func clear(_ statistic: Statistic, of entry: Plan.Entry) -> Clearing {
    guard statistic.isSum else { return .notPermitted }
    return setBaseline([statistic], of: entry) ? .cleared : .failed(code: ENOENT)
  }

  /// Returns `true` if `clear` can clear a statistic for this sampler.
  public func canClear(_ statistic: Statistic) -> Bool { statistic.isSum }

  /// Returns `true` if `clearAtSource` can clear a statistic.
  ///
  /// An aggregate must have members, and each of them must permit it.
  public func canClearAtSource(_ statistic: Statistic, of entry: Plan.Entry) -> Bool {
    guard let aggregation = entry.group.aggregation else {
      return statistic.isCount && entry.group.backing.canClear(entry.group.token, statistic)
    }
    guard let index = aggregation.definition.schema.statistics.firstIndex(of: statistic) else {
      return false
    }
    let own = aggregation.family.schema.statistics[
      aggregation.definition.origin(of: index).statistic]
    guard own.isCount else { return false }
    let members = memberEntries(of: entry)
    return !members.isEmpty
      && members.allSatisfy { $0.group.backing.canClear($0.group.token, own) }
  }

  /// Sets a statistic to zero at its source, for all readers.
  ///
  /// For an aggregate, clears each member and discards the totals of departed members. The sums of
  /// this sampler restart at zero; other samplers detect a reset.
  ///
  /// - Returns: `notPermitted` for a level and if a backing cannot clear; for an aggregate, the
  ///   first result that is not `cleared`, after all members were called.
  public func clearAtSource(_ statistic: Statistic, of entry: Plan.Entry) -> Clearing {
    guard let aggregation = entry.group.aggregation else {
      guard statistic.isCount else { return .notPermitted }
      let answer = entry.group.backing.clear(entry.group.token, statistic)
      if answer == .cleared { applyClearing(of: statistic, in: [entry], aggregate: nil) }
      return answer
    }
    let index = aggregation.definition.schema.statistics.firstIndex(of: statistic)
    guard let index else { return .notPermitted }
    let own = aggregation.family.schema.statistics[
      aggregation.definition.origin(of: index).statistic]
    guard own.isCount else { return .notPermitted }
    var answer = Clearing.cleared
    var cleared: [Plan.Entry] = []
    for member in memberEntries(of: entry) {
      let given = member.group.backing.clear(member.group.token, own)
      if given == .cleared { cleared.append(member) }
      if answer == .cleared { answer = given }
    }
    applyClearing(of: own, in: cleared, aggregate: answer == .cleared ? entry.group : nil)
    return answer
  }
}

extension Statistic {
  /// Whether its words add up events, so that those of an earlier time can be subtracted.
  ///
  /// The number of an aggregate's members in each state is a level, not a sum.
  var isSum: Bool { kind == .cumulative || kind.isHistogram && states.isEmpty }
  /// Whether its words only grow, so that they can restart at zero.
  var isCount: Bool { isSum || kind == .peak }
}
