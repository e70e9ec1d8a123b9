import FUSE
internal import LinuxSystem
internal import Statistics
internal import StatsTree

extension TreeView {
  /// Returns `true` if writing 0 to a file clears its statistic.
  func canClear(_ node: TreeNode) -> Bool {
    guard case .statistic(let id, let index) = node.kind, let entry = entries[id] else {
      return false
    }
    let statistic = entry.group.schema.statistics[index]
    return sampler.canClear(statistic) || sampler.canClearAtSource(statistic, of: entry)
  }

  /// Resets a statistic to zero: a cumulative one in this view, a peak at its source.
  func clear(_ node: TreeNode) throws(FuseError) {
    guard case .statistic(let id, let index) = node.kind else { throw .notPermitted }
    let entry = try entry(id)
    let statistic = entry.group.schema.statistics[index]
    let answer: Clearing
    if sampler.canClear(statistic) {
      // The last pass supplies the values to subtract.
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
