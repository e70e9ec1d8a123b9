import Statistics

/// The last two snapshots of a sampler, and what can be said of them together.
///
/// They are one value, so that a question costs one exclusive access to the sampler, not seven.
struct SnapshotPair: ~Copyable {
  private(set) var current = Snapshot()
  private var previous = Snapshot()
  /// Of each entry of the plan, its placement in the previous snapshot.
  private var earlier: [Placement?] = []

  init(_ plan: Plan) {
    current.lay(out: plan)
    previous.lay(out: plan)
    earlier = plan.entries.map(\.placement)
  }

  /// What was current becomes previous.
  mutating func turn(_ plan: Plan) {
    if previous.generation != plan.generation {
      // The snapshot from before a change is no longer needed.
      previous.lay(out: plan)
      earlier = plan.entries.map(\.placement)
    }
    swap(&current, &previous)
  }

  /// What was current becomes previous, and the current one is laid out by a new plan.
  mutating func turn(from old: Plan, to plan: Plan) {
    var placements: [UInt64: Placement] = [:]
    for entry in old.entries { placements[entry.group.id] = entry.placement }
    earlier = plan.entries.map { placements[$0.group.id] }
    swap(&current, &previous)
    current = Snapshot()
    current.lay(out: plan)
  }

  /// Reads every group once.
  mutating func sample(_ plan: Plan) {
    current.begin()
    plan.sample(into: &current)
    current.settle(from: previous, earlier, plan)
  }

  // MARK: - Values

  func value(_ statistic: Statistic, at placement: Placement, word: Int) -> UInt64? {
    guard current.hasNumbers(of: placement.index), word < statistic.size else { return nil }
    let value = current[placement.offset + statistic.offset / 8 + word]
    return Inactive.marks(value, of: statistic) ? nil : value
  }

  func histogram(_ statistic: Statistic, at placement: Placement) -> Histogram? {
    guard current.hasNumbers(of: placement.index) else { return nil }
    return current.read(placement) { Histogram(of: statistic, in: $0) }
  }

  // MARK: - Changes

  /// The placement before, where both samples have numbers and the later one is up.
  private func before(_ placement: Placement) -> Placement? {
    guard current.status(of: placement.index) == .up, let old = earlier[placement.index],
      previous.hasNumbers(of: old.index)
    else { return nil }
    return old
  }

  func interval(at placement: Placement) -> Interval? {
    guard let old = before(placement) else { return nil }
    return Interval(
      from: previous.window(of: old.index), to: current.window(of: placement.index))
  }

  func rate(_ statistic: Statistic, at placement: Placement) -> Rate? {
    guard statistic.size == 1, let old = before(placement) else { return nil }
    let word = statistic.offset / 8
    return Rate(
      of: statistic, from: previous[old.offset + word], at: previous.window(of: old.index),
      to: current[placement.offset + word], at: current.window(of: placement.index))
  }

  func delta(_ statistic: Statistic, at placement: Placement) -> Delta? {
    guard statistic.size == 1, let old = before(placement) else { return nil }
    let word = statistic.offset / 8
    return Delta(
      of: statistic, from: previous[old.offset + word], to: current[placement.offset + word])
  }

  func change(_ statistic: Statistic, at placement: Placement) -> Histogram.Change? {
    guard let old = before(placement), let now = histogram(statistic, at: placement),
      let then = previous.read(old, { Histogram(of: statistic, in: $0) })
    else { return nil }
    return try? now.change(since: then)
  }
}
