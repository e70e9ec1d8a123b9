import Glibc
public import Statistics

extension Sampler {
  /// Takes what a group's counts and histograms have now as zero, for this sampler's values only.
  ///
  /// No other reader notices. Levels and states are not touched, nor are rates; nor peaks, because
  /// how high a level was since then is not known. A later reset of a count ends it. A group without
  /// numbers changes nothing.
  public func clear(_ entry: Plan.Entry) {
    let counts = entry.group.schema.statistics.filter(\.isSum)
    _ = setBaseline(counts, of: entry)
  }

  /// The same for one statistic.
  ///
  /// - Returns: `notPermitted` of what is no count: its value is a level or peak; `failed` with
  ///   `ENOENT` where the group has left.
  public func clear(_ statistic: Statistic, of entry: Plan.Entry) -> Clearing {
    guard statistic.isSum else { return .notPermitted }
    return setBaseline([statistic], of: entry) ? .cleared : .failed(code: ENOENT)
  }

  /// Whether `clear` takes what a statistic has as zero, for this sampler's values.
  public func canClear(_ statistic: Statistic) -> Bool { statistic.isSum }

  /// Whether `clearAtSource` has a way: of an aggregate at each of its members, of which there are
  /// some.
  public func canClearAtSource(_ statistic: Statistic, of entry: Plan.Entry) -> Bool {
    guard let aggregation = entry.group.aggregation else {
      return statistic.isCount && entry.group.backing.canClear(entry.group.token, statistic)
    }
    guard let index = aggregation.form.schema.statistics.firstIndex(of: statistic) else {
      return false
    }
    let own = aggregation.family.schema.statistics[aggregation.form.origin(of: index).statistic]
    guard own.isCount else { return false }
    let members = memberEntries(of: entry)
    return !members.isEmpty
      && members.allSatisfy { $0.group.backing.canClear($0.group.token, own) }
  }

  /// Sets a statistic to zero at its source, for all readers; of an aggregate at each member, with
  /// what departed members left.
  ///
  /// This sampler's sums begin again with it; to others it is a count that was reset.
  ///
  /// - Returns: `notPermitted` of a level, and where a backing has no way; of an aggregate the
  ///   first answer that is not `cleared`, after all were asked.
  public func clearAtSource(_ statistic: Statistic, of entry: Plan.Entry) -> Clearing {
    guard let aggregation = entry.group.aggregation else {
      guard statistic.isCount else { return .notPermitted }
      let answer = entry.group.backing.clear(entry.group.token, statistic)
      if answer == .cleared { begin(statistic, of: [entry], aggregate: nil) }
      return answer
    }
    let index = aggregation.form.schema.statistics.firstIndex(of: statistic)
    guard let index else { return .notPermitted }
    let own = aggregation.family.schema.statistics[aggregation.form.origin(of: index).statistic]
    guard own.isCount else { return .notPermitted }
    var answer = Clearing.cleared
    var cleared: [Plan.Entry] = []
    for member in memberEntries(of: entry) {
      let given = member.group.backing.clear(member.group.token, own)
      if given == .cleared { cleared.append(member) }
      if answer == .cleared { answer = given }
    }
    begin(own, of: cleared, aggregate: answer == .cleared ? entry.group : nil)
    return answer
  }
}

extension Statistic {
  /// Whether its words add up what happened, so that those of an earlier time can be taken off.
  ///
  /// Not how many members of an aggregate are in each state: those are levels.
  var isSum: Bool { kind == .cumulative || kind.isHistogram && states.isEmpty }
  /// Whether its words only grow, so that they can begin again at zero.
  var isCount: Bool { isSum || kind == .peak }
}
