public import Statistics
import Synchronization

/// Takes samples of a tree and keeps the last two, for values and rates.
///
/// The first pass after a change of membership brings the plan up to date; every other pass
/// allocates nothing. Not safe to use from several threads at once; several samplers of one tree
/// may have a thread each.
public final class Sampler {
  public let tree: Tree
  private let selection: Selection
  public private(set) var plan: Plan
  private var snapshots: SnapshotPair
  /// The number of passes taken.
  public private(set) var passCount = 0

  /// - Parameters:
  ///   - tree: whose groups are sampled.
  ///   - selection: what of it is sampled and shown.
  public init(_ tree: Tree, _ selection: Selection) {
    self.tree = tree
    self.selection = selection
    plan = Plan(tree, selection)
    snapshots = SnapshotPair(plan)
  }

  /// - Parameters:
  ///   - tree: whose groups are sampled.
  ///   - pattern: the sources that are sampled.
  ///   - names: the statistics that views show.
  public convenience init(
    _ tree: Tree, matching pattern: Pattern = .everything,
    statistics names: Pattern = .everything
  ) {
    self.init(tree, Selection(sources: pattern, statistics: names))
  }

  /// Whether views show a source: it matches, is not hidden, and the viewer may see it.
  public func shows(_ source: Source) -> Bool {
    shows(source) { selection.sources.matches($0) }
  }

  /// Whether views that show sources below each other show a source: also one that does not match,
  /// where something below it may.
  public func showsWay(to source: Source) -> Bool {
    shows(source) { selection.sources.mayMatch(below: $0) }
  }

  private func shows(_ source: Source, where matches: (String) -> Bool) -> Bool {
    let standing = source.standing(for: nil)
    return selection.viewer.sees(standing.owner)
      && (selection.includesHidden || !standing.isHidden) && matches(standing.path)
  }

  /// Reads every group once; what was current becomes previous.
  ///
  /// Waits for a pass that another sampler of the tree takes.
  public func pass() {
    tree.state.passes.withLock {
      follow()
      snapshots.sample(plan)
    }
    passCount += 1
  }

  /// Brings the plan up to date with the tree, as the next pass would.
  ///
  /// - Complexity: O(*n*) in the changes since the last time; in the tree's groups where there
  ///   were thousands.
  public func follow() {
    let generation = tree.generation
    guard plan.generation != generation else { return }
    let known = tree.changes(since: plan.generation)
    guard let changes = known, !changes.contains(where: { $0.kind == .rearranged }) else {
      startOver(after: known ?? [])
      return
    }
    for change in changes {
      guard let group = change.group else { continue }
      if change.kind == .groupLeft {
        plan.leave(group, last: snapshots.current)
      } else {
        plan.join(group, change.source)
      }
      for placement in plan.takeReused() { snapshots.reset(placement) }
    }
    plan.dropReleased()
    plan.generation += UInt64(changes.count)
    snapshots.grow(for: plan)
    if plan.isSparse { startOver(after: []) }
  }

  /// Makes the plan anew; a group that left meanwhile and came again is a new one.
  private func startOver(after changes: [Change]) {
    let old = plan
    for change in changes where change.kind == .groupLeft {
      if let group = change.group { old.leave(group, last: snapshots.current) }
    }
    plan = Plan(tree, selection, instead: old)
    for folding in plan.foldings { folding.removeEarlier(of: old, last: snapshots.current) }
    snapshots.move(from: old, to: plan)
  }

  /// The numbers of a group, read now or in the last pass; those of one that has left are gone.
  func reading(of entry: Plan.Entry, isNew: Bool) -> Reading {
    guard let placement = plan.placement(of: entry) else {
      return Reading(
        entry.group.schema, .gone, Window(begin: 0, end: 0),
        words: Array(repeating: Inactive.unsigned, count: entry.group.schema.wordCount))
    }
    if isNew { return snapshots.read(entry.group, at: placement) }
    return snapshots.reading(of: entry.group, at: placement)
  }

  /// Takes what statistics of a group have now as zero, for this sampler's values.
  ///
  /// - Returns: whether the group is there.
  func setBaseline(_ statistics: [Statistic], of entry: Plan.Entry) -> Bool {
    guard let placement = plan.placement(of: entry) else { return false }
    snapshots.setBaseline(statistics, at: placement)
    return true
  }

  /// Takes note that a statistic of groups was set to zero, and an aggregate of them with it.
  func begin(_ statistic: Statistic, of entries: [Plan.Entry], aggregate: Group?) {
    guard let family = entries.first?.group.family ?? aggregate?.aggregation?.family,
      let index = family.schema.statistics.firstIndex(of: statistic)
    else { return }
    for entry in entries {
      if let placement = plan.placement(of: entry) { snapshots.setZero(statistic, at: placement) }
    }
    for folding in plan.foldings where folding.family === family {
      snapshots.refold(folding, index, isAll: folding.group === aggregate)
    }
  }

  // MARK: - Values

  // What is asked of an entry is asked of its group: where that has left since the view got the
  // entry, it is gone, whoever has its place.

  public func status(of entry: Plan.Entry) -> Status {
    plan.placement(of: entry).map { status(at: $0) } ?? .gone
  }

  /// The status of a group, by the place of its record.
  public func status(at placement: Placement) -> Status {
    snapshots.current.status(of: placement.index)
  }

  /// When a group's numbers were read; at 0 where it never was, or has left.
  public func window(of entry: Plan.Entry) -> Window {
    plan.placement(of: entry).map { snapshots.current.window(of: $0.index) }
      ?? Window(begin: 0, end: 0)
  }

  /// A word of a statistic now, or nil where the group has no numbers or it is inactive.
  public func value(_ statistic: Statistic, of entry: Plan.Entry, word: Int = 0) -> UInt64? {
    plan.placement(of: entry).flatMap { value(statistic, at: $0, word: word) }
  }

  /// A word of a statistic now, by the place of its group's record.
  public func value(_ statistic: Statistic, at placement: Placement, word: Int = 0) -> UInt64? {
    snapshots.value(statistic, at: placement, word: word)
  }

  /// A histogram now.
  public func histogram(_ statistic: Statistic, of entry: Plan.Entry) -> Histogram? {
    plan.placement(of: entry).flatMap { snapshots.histogram(statistic, at: $0) }
  }

  /// A histogram now, by the place of its group's record.
  public func histogram(_ statistic: Statistic, at placement: Placement) -> Histogram? {
    snapshots.histogram(statistic, at: placement)
  }

  // MARK: - Changes

  /// The interval between the two samples of a group.
  public func interval(of entry: Plan.Entry) -> Interval? {
    plan.placement(of: entry).flatMap { snapshots.interval(at: $0) }
  }

  /// How fast a count grows.
  public func rate(_ statistic: Statistic, of entry: Plan.Entry) -> Rate? {
    plan.placement(of: entry).flatMap { rate(statistic, at: $0) }
  }

  /// How fast a count grows, by the place of its group's record.
  public func rate(_ statistic: Statistic, at placement: Placement) -> Rate? {
    snapshots.rate(statistic, at: placement)
  }

  /// What became of a value.
  public func delta(_ statistic: Statistic, of entry: Plan.Entry) -> Delta? {
    plan.placement(of: entry).flatMap { snapshots.delta(statistic, at: $0) }
  }

  /// The samples that a histogram got.
  public func change(_ statistic: Statistic, of entry: Plan.Entry) -> Histogram.Change? {
    plan.placement(of: entry).flatMap { change(statistic, at: $0) }
  }

  /// The samples that a histogram got, by the place of its group's record.
  public func change(_ statistic: Statistic, at placement: Placement) -> Histogram.Change? {
    snapshots.change(statistic, at: placement)
  }
}
