import Statistics

extension Sampler {
  /// Returns the number of an aggregate's members with each status; `nil` if the group is no
  /// aggregate.
  public func members(of entry: Plan.Entry) -> Members? {
    plan.aggregate(of: entry.group)?.members
  }

  /// Returns the entries of an aggregate's members; empty if the group is no aggregate.
  ///
  /// Views use the entries to list the values or rates of each member.
  public func memberEntries(of entry: Plan.Entry) -> [Plan.Entry] {
    plan.aggregate(of: entry.group)?.list.indexes.compactMap { plan.entry(at: $0) } ?? []
  }

  /// Returns the part of a total that no current member has.
  ///
  /// Such a part comes from members that have left, and from resets of members. The value of the
  /// total includes the part.
  ///
  /// - Parameters:
  ///   - index: The index of the statistic in the aggregate's schema.
  ///   - entry: The aggregate.
  ///   - word: The index of the bucket, for a histogram.
  /// - Returns: The part in the scale of the statistic, or `nil` if there is none.
  public func retained(_ index: Int, of entry: Plan.Entry, word: Int = 0) -> UInt64? {
    guard let state = plan.aggregate(of: entry.group),
      let definition = entry.group.aggregation?.definition
    else { return nil }
    let origin = definition.origin(of: index)
    guard origin.function == nil || origin.function == .sum else { return nil }
    return state.retained(origin.statistic, word: word)
  }

  /// Returns the provenances of an aggregate's members, each provenance once.
  public func provenances(of entry: Plan.Entry) -> [Provenance] {
    var found: [Provenance] = []
    for member in memberEntries(of: entry) where !found.contains(member.group.provenance) {
      found.append(member.group.provenance)
    }
    return found.isEmpty ? [entry.group.provenance] : found
  }
}
