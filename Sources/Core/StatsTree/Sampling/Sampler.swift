public import Statistics
import Synchronization

/// Samples a tree and keeps the last two samples, for values and rates.
///
/// A pass is one sampling of all groups. The first pass after groups joined or left updates the
/// plan. Every other pass allocates no memory. A sampler is not thread-safe, but several samplers
/// of one tree are allowed to run on different threads.
public final class Sampler {
  public let tree: Tree
  private let selection: Selection
  public private(set) var plan: Plan
  private var snapshots: SnapshotPair
  /// The number of passes that the sampler has executed.
  public private(set) var passCount = 0

  /// - Parameters:
  ///   - tree: The tree to sample.
  ///   - selection: The part of the tree that is sampled and shown.
  public init(_ tree: Tree, _ selection: Selection) {
    self.tree = tree
    self.selection = selection
    plan = Plan(tree, selection)
    snapshots = SnapshotPair(plan)
  }

  /// - Parameters:
  ///   - tree: The tree to sample.
  ///   - pattern: The paths of the sources that are sampled.
  ///   - names: The names of the statistics that views show.
  public convenience init(
    _ tree: Tree, matching pattern: Pattern = .everything,
    statistics names: Pattern = .everything
  ) {
    self.init(tree, Selection(sources: pattern, statistics: names))
  }

  /// Returns `true` if views show a source: its path matches, it is not hidden, and the viewer is
  /// allowed to see it.
  public func shows(_ source: Source) -> Bool {
    shows(source) { selection.sources.matches($0) }
  }

  /// Returns `true` if hierarchical views show a source.
  ///
  /// Hierarchical views also show a source if only the path of a source below it can match.
  public func showsPath(to source: Source) -> Bool {
    shows(source) { selection.sources.mayMatch(below: $0) }
  }

  private func shows(_ source: Source, where matches: (String) -> Bool) -> Bool {
    let visibility = source.visibility(for: nil)
    return selection.viewer.sees(visibility.owner)
      && (selection.includesHidden || !visibility.isHidden) && matches(visibility.path)
  }

  /// Reads every group once; the current sample becomes the previous one.
  ///
  /// If another sampler of the tree executes a pass, the function waits for the end of that pass.
  public func pass() {
    tree.state.passes.withLock {
      updatePlan()
      snapshots.sample(plan)
    }
    passCount += 1
  }

  /// Updates the plan to the groups that the tree has now, in the same way as the next pass would.
  ///
  /// - Complexity: O(*n*) in the number of changes since the last update. After thousands of
  ///   changes, the complexity is O(*n*) in the number of groups.
  public func updatePlan() {
    let generation = tree.generation
    guard plan.generation != generation else { return }
    let known = tree.changes(since: plan.generation)
    guard let changes = known, !changes.contains(where: { $0.kind == .rearranged }) else {
      rebuildPlan(after: known ?? [])
      return
    }
    for change in changes {
      guard let group = change.group else { continue }
      if change.kind == .groupLeft {
        plan.remove(group, last: snapshots.current)
      } else {
        plan.add(group, change.source)
      }
      for placement in plan.drainReused() { snapshots.reset(placement) }
    }
    plan.dropReleased()
    plan.generation += UInt64(changes.count)
    snapshots.grow(for: plan)
    if plan.isSparse { rebuildPlan(after: []) }
  }

  /// Rebuilds the plan; a group that left and returned since the last update counts as a new group.
  private func rebuildPlan(after changes: [Change]) {
    let old = plan
    for change in changes where change.kind == .groupLeft {
      if let group = change.group { old.remove(group, last: snapshots.current) }
    }
    plan = Plan(tree, selection, replacing: old)
    for aggregate in plan.aggregates { aggregate.removeUnmatched(of: old, last: snapshots.current) }
    snapshots.move(from: old, to: plan)
  }

  /// Returns the values of a group, read now or in the last pass; `gone` if the group has left.
  func reading(of entry: Plan.Entry, isNew: Bool) -> Reading {
    guard let placement = plan.placement(of: entry) else {
      return Reading(
        entry.group.schema, .gone, Window(begin: 0, end: 0),
        words: Array(repeating: Inactive.unsigned, count: entry.group.schema.wordCount))
    }
    if isNew { return snapshots.read(entry.group, at: placement) }
    return snapshots.reading(of: entry.group, at: placement)
  }

  /// Sets the baselines of statistics of a group to the current values.
  ///
  /// - Returns: `true` if the plan has the group.
  func setBaseline(_ statistics: [Statistic], of entry: Plan.Entry) -> Bool {
    guard let placement = plan.placement(of: entry) else { return false }
    snapshots.setBaseline(statistics, at: placement)
    return true
  }

  /// Updates the current sample after a statistic of groups, or of an aggregate, was set to zero.
  func applyClearing(of statistic: Statistic, in entries: [Plan.Entry], aggregate: Group?) {
    guard let family = entries.first?.group.family ?? aggregate?.aggregation?.family,
      let index = family.schema.statistics.firstIndex(of: statistic)
    else { return }
    for entry in entries {
      if let placement = plan.placement(of: entry) { snapshots.setZero(statistic, at: placement) }
    }
    for state in plan.aggregates where state.family === family {
      snapshots.recompute(state, index, isAll: state.group === aggregate)
    }
  }

  // MARK: - Values

  // The functions with an entry return the values of the entry's group. If the group left after the
  // view got the entry, the status is `gone`, even if the placement now belongs to another group.

  public func status(of entry: Plan.Entry) -> Status {
    plan.placement(of: entry).map { status(at: $0) } ?? .gone
  }

  /// Returns the status of a group, by its placement.
  public func status(at placement: Placement) -> Status {
    snapshots.current.status(of: placement.index)
  }

  /// Returns the window of a group's values; 0 to 0 if the group was never read or has left.
  public func window(of entry: Plan.Entry) -> Window {
    plan.placement(of: entry).map { snapshots.current.window(of: $0.index) }
      ?? Window(begin: 0, end: 0)
  }

  /// Returns a word of a statistic, or `nil` if the group has no values or the word is inactive.
  public func value(_ statistic: Statistic, of entry: Plan.Entry, word: Int = 0) -> UInt64? {
    plan.placement(of: entry).flatMap { value(statistic, at: $0, word: word) }
  }

  /// Returns a word of a statistic, by the placement of its group.
  public func value(_ statistic: Statistic, at placement: Placement, word: Int = 0) -> UInt64? {
    snapshots.value(statistic, at: placement, word: word)
  }

  /// Returns a histogram of the last pass.
  public func histogram(_ statistic: Statistic, of entry: Plan.Entry) -> Histogram? {
    plan.placement(of: entry).flatMap { snapshots.histogram(statistic, at: $0) }
  }

  /// Returns a histogram of the last pass, by the placement of its group.
  public func histogram(_ statistic: Statistic, at placement: Placement) -> Histogram? {
    snapshots.histogram(statistic, at: placement)
  }

  // MARK: - Changes

  /// Returns the interval between the two samples of a group.
  public func interval(of entry: Plan.Entry) -> Interval? {
    plan.placement(of: entry).flatMap { snapshots.interval(at: $0) }
  }

  /// Returns the rate of growth of a count.
  public func rate(_ statistic: Statistic, of entry: Plan.Entry) -> Rate? {
    plan.placement(of: entry).flatMap { rate(statistic, at: $0) }
  }

  /// Returns the rate of growth of a count, by the placement of its group.
  public func rate(_ statistic: Statistic, at placement: Placement) -> Rate? {
    snapshots.rate(statistic, at: placement)
  }

  /// Returns the change of a value between the two samples.
  public func delta(_ statistic: Statistic, of entry: Plan.Entry) -> Delta? {
    plan.placement(of: entry).flatMap { snapshots.delta(statistic, at: $0) }
  }

  /// Returns the change of a histogram between the two samples.
  public func change(_ statistic: Statistic, of entry: Plan.Entry) -> Histogram.Change? {
    plan.placement(of: entry).flatMap { change(statistic, at: $0) }
  }

  /// Returns the change of a histogram between the two samples, by the placement of its group.
  public func change(_ statistic: Statistic, at placement: Placement) -> Histogram.Change? {
    snapshots.change(statistic, at: placement)
  }
}
