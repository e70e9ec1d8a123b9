import Statistics

extension Sampler {
  /// How the members of an aggregate were in the last pass; nil of a group that is none.
  public func members(of entry: Plan.Entry) -> Members? {
    plan.folding(of: entry.group)?.members
  }

  /// The members of an aggregate, each with its place; empty of a group that is none.
  ///
  /// With them a view lists what an aggregate folds: the values of each member, or their rates.
  public func memberEntries(of entry: Plan.Entry) -> [Plan.Entry] {
    plan.folding(of: entry.group)?.list.indexes.compactMap { plan.entry(at: $0) } ?? []
  }

  /// What departed members left in a sum, and others had that began again at zero; nil where none
  /// did.
  ///
  /// It is a part of the sum's value.
  ///
  /// - Parameters:
  ///   - index: the position of the statistic in the aggregate's schema.
  ///   - entry: the aggregate.
  ///   - word: of a histogram, the bucket.
  /// - Returns: the part, in the statistic's own scale.
  public func retained(_ index: Int, of entry: Plan.Entry, word: Int = 0) -> UInt64? {
    guard let folding = plan.folding(of: entry.group), let form = entry.group.aggregation?.form
    else { return nil }
    let origin = form.origin(of: index)
    guard origin.function == nil || origin.function == .sum else { return nil }
    return folding.retained(origin.statistic, word: word)
  }

  /// The ways that the numbers of an aggregate's members come, each once.
  public func provenances(of entry: Plan.Entry) -> [Provenance] {
    var found: [Provenance] = []
    for member in memberEntries(of: entry) where !found.contains(member.group.provenance) {
      found.append(member.group.provenance)
    }
    return found.isEmpty ? [entry.group.provenance] : found
  }
}
