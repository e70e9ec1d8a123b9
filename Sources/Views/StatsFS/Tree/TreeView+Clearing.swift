import FUSE
internal import LinuxSystem
internal import Statistics
internal import StatsTree

extension TreeView {
  /// Returns `true` if a write of 0 to a statistic's file clears the statistic.
  func canClear(_ node: TreeNode) -> Bool {
    guard case .statistic(let id, let index) = node.kind, let entry = entries[id] else {
      return false
    }
    let statistic = entry.group.schema.statistics[index]
    return sampler.canClear(statistic) || sampler.canClearAtSource(statistic, of: entry)
  }

  /// Sets a statistic to zero.
  ///
  /// A cumulative statistic is cleared in this view only, a peak at its source for all readers.
  func clear(_ node: TreeNode) throws(FuseError) {
    guard case .statistic(let id, let index) = node.kind else { throw .notPermitted }
    let entry = try entry(id)
    let statistic = entry.group.schema.statistics[index]
    let answer: Clearing
    if sampler.canClear(statistic) {
      // The sampler will subtract the values of the last pass (sampling of all groups), so make
      // this pass recent.
      ensurePass(since: monotonicNanoseconds())
      answer = sampler.clear(statistic, of: entry)
    } else {
      answer = sampler.clearAtSource(statistic, of: entry)
    }
    invalidateReading()
    switch answer {
    case .cleared: return
    case .notPermitted: throw .notPermitted
    case .failed: throw .noDevice
    }
  }
}
