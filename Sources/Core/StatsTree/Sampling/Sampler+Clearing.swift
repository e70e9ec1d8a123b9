import Glibc
public import Statistics

extension Sampler {
  /// Clears the counts and histograms of a group for this sampler only.
  ///
  /// The current values become a baseline, which this sampler subtracts from later values. Other
  /// readers are not affected, and neither are rates. Levels and states do not change. Peaks do not
  /// change either, because the maximum since the clearing is unknown. If a count is reset later,
  /// its baseline is removed. The function has no effect on a group without values.
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
  /// An aggregate must have members, and all members must permit the clearing.
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
  /// For an aggregate, the function clears each member and discards the totals of departed members.
  /// The sums of this sampler restart at zero. Other samplers detect a reset.
  ///
  /// - Returns: `notPermitted` for a level, and if a backing cannot clear the statistic. For an
  ///   aggregate, the function calls every member and returns the first result that is not
  ///   `cleared`.
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
  /// Whether the words add up events, so that the events before some time can be subtracted.
  ///
  /// In an aggregate, the number of members in each state is a level, not a sum.
  var isSum: Bool { kind == .cumulative || kind.isHistogram && states.isEmpty }
  /// Whether the words only grow, so that they can restart at zero.
  var isCount: Bool { isSum || kind == .peak }
}
