import Statistics

extension Sampler {
  /// Reads one group now, without effect on rates and aggregates.
  ///
  /// If its backing has no new values, the result has those of the last pass. Waits for a pass of
  /// another sampler of the tree.
  ///
  /// - Returns: The values; for an aggregate, which needs a pass, those of the last pass.
  public func read(_ entry: Plan.Entry) -> Reading {
    guard entry.group.aggregation == nil else { return lastReading(of: entry) }
    return tree.state.passes.withLock { reading(of: entry, isNew: true) }
  }

  /// Returns the values of a group in the last pass.
  public func lastReading(of entry: Plan.Entry) -> Reading { reading(of: entry, isNew: false) }
}
