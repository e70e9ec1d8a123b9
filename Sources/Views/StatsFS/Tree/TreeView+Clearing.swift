import FUSE
internal import LinuxSystem
internal import Statistics
internal import StatsTree

extension TreeView {
  /// Whether writing 0 to a file clears its statistic.
  func canClear(_ node: TreeNode) -> Bool {
    guard case .statistic(let id, let index) = node.kind, let entry = entries[id] else {
      return false
    }
    let statistic = entry.group.schema.statistics[index]
    return sampler.canClear(statistic) || sampler.canClearAtSource(statistic, of: entry)
  }

  /// Has the statistic of a file begin again at zero: a count in this view, a peak at its source.
  func clear(_ node: TreeNode) throws(FuseError) {
    guard case .statistic(let id, let index) = node.kind else { throw .notPermitted }
    let entry = try entry(id)
    let statistic = entry.group.schema.statistics[index]
    let answer: Clearing
    if sampler.canClear(statistic) {
      // What is taken as zero is of the last pass.
      pass(since: monotonicNanoseconds())
      answer = sampler.clear(statistic, of: entry)
    } else {
      answer = sampler.clearAtSource(statistic, of: entry)
    }
    forgetReading()
    switch answer {
    case .cleared: return
    case .notPermitted: throw .notPermitted
    case .failed: throw .noDevice
    }
  }
}
