import Statistics

extension Sampler {
  /// Reads one group now, without effect on rates and aggregates.
  ///
  /// A pass is one sampling of all groups. If the group's backing (the object that supplies the
  /// values) has no newer values, the function returns the values of the last pass. If another
  /// sampler of the tree executes a pass, the function waits for the end of that pass.
  ///
  /// - Returns: The values. For an aggregate, these are the values of the last pass, because only a
  ///   pass computes an aggregate.
  public func read(_ entry: Plan.Entry) -> Reading {
    guard entry.group.aggregation == nil else { return lastReading(of: entry) }
    return tree.state.passes.withLock { reading(of: entry, isNew: true) }
  }

  /// Returns the values of a group in the last pass.
  public func lastReading(of entry: Plan.Entry) -> Reading { reading(of: entry, isNew: false) }
}
