import Statistics

extension Sampler {
  /// Reads one group now, and no other; neither rates nor aggregates notice.
  ///
  /// Where its backing has nothing new, its numbers are those of the last pass. Waits for a pass that
  /// another sampler of the tree takes.
  ///
  /// - Returns: the numbers; of an aggregate, which takes a pass, those of the last one.
  public func read(_ entry: Plan.Entry) -> Reading {
    guard entry.group.aggregation == nil else { return lastReading(of: entry) }
    return tree.state.passes.withLock { reading(of: entry, isNew: true) }
  }

  /// The numbers of a group as of the last pass.
  public func lastReading(of entry: Plan.Entry) -> Reading { reading(of: entry, isNew: false) }
}
