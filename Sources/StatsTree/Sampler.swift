public import Statistics

/// Takes samples of a tree and keeps the last two, for values and rates.
///
/// The first pass after a change of membership compiles a plan; every other pass allocates
/// nothing.
public final class Sampler {
  public let tree: Tree
  private let pattern: Pattern
  private let names: Pattern
  public private(set) var plan: Plan
  private var current = Snapshot()
  private var previous = Snapshot()
  /// Of each entry, its placement in the previous snapshot.
  private var earlier: [Placement?] = []
  /// The number of passes taken.
  public private(set) var passCount = 0

  /// - Parameters:
  ///   - tree: whose groups are sampled.
  ///   - pattern: the sources that are sampled.
  ///   - names: the statistics that views show.
  public init(
    _ tree: Tree, matching pattern: Pattern = .everything,
    statistics names: Pattern = .everything
  ) {
    self.tree = tree
    self.pattern = pattern
    self.names = names
    plan = Plan(tree, matching: pattern, statistics: names)
    current.lay(out: plan)
    previous.lay(out: plan)
    earlier = plan.entries.map(\.placement)
  }

  /// Reads every group once; what was current becomes previous.
  public func pass() {
    if plan.generation != tree.generation {
      recompile()
    } else {
      if previous.generation != plan.generation {
        // The snapshot from before a change is no longer needed.
        previous.lay(out: plan)
        earlier = plan.entries.map(\.placement)
      }
      swap(&current, &previous)
    }
    current.begin()
    plan.sample(into: &current)
    current.settle(from: previous, earlier, plan)
    passCount += 1
  }

  private func recompile() {
    let old = plan
    plan = Plan(tree, matching: pattern, statistics: names)
    var placements: [UInt64: Placement] = [:]
    for entry in old.entries { placements[entry.group.id] = entry.placement }
    earlier = plan.entries.map { placements[$0.group.id] }
    swap(&current, &previous)
    current = Snapshot()
    current.lay(out: plan)
  }

  // MARK: - Values

  public func status(of entry: Plan.Entry) -> Status {
    current.status(of: entry.placement.index)
  }

  public func window(of entry: Plan.Entry) -> Window {
    current.window(of: entry.placement.index)
  }

  /// A word of a statistic now, or nil where the group has no numbers or it is inactive.
  public func value(_ statistic: Statistic, of entry: Plan.Entry, word: Int = 0) -> UInt64? {
    value(statistic, at: entry.placement, word: word)
  }

  /// A word of a statistic now, by the place of its group's record.
  public func value(_ statistic: Statistic, at placement: Placement, word: Int = 0) -> UInt64? {
    guard current.hasNumbers(of: placement.index), word < statistic.size else { return nil }
    let value = current[placement.offset + statistic.words.lowerBound + word]
    return Inactive.marks(value, of: statistic) ? nil : value
  }

  /// A histogram now.
  public func histogram(_ statistic: Statistic, of entry: Plan.Entry) -> Histogram? {
    histogram(statistic, at: entry.placement)
  }

  private func histogram(_ statistic: Statistic, at placement: Placement) -> Histogram? {
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

  /// The interval between the two samples of a group.
  public func interval(of entry: Plan.Entry) -> Interval? {
    guard let old = before(entry.placement) else { return nil }
    return Interval(from: previous.window(of: old.index), to: window(of: entry))
  }

  /// How fast a count grows.
  public func rate(_ statistic: Statistic, of entry: Plan.Entry) -> Rate? {
    rate(statistic, at: entry.placement)
  }

  /// How fast a count grows, by the place of its group's record.
  public func rate(_ statistic: Statistic, at placement: Placement) -> Rate? {
    guard statistic.size == 1, let old = before(placement) else { return nil }
    let word = statistic.words.lowerBound
    return Rate(
      of: statistic, from: previous[old.offset + word], at: previous.window(of: old.index),
      to: current[placement.offset + word], at: current.window(of: placement.index))
  }

  /// What became of a value.
  public func delta(_ statistic: Statistic, of entry: Plan.Entry) -> Delta? {
    guard statistic.size == 1, let old = before(entry.placement) else { return nil }
    let word = statistic.words.lowerBound
    return Delta(
      of: statistic, from: previous[old.offset + word],
      to: current[entry.placement.offset + word])
  }

  /// The samples that a histogram got.
  public func change(_ statistic: Statistic, of entry: Plan.Entry) -> Histogram.Change? {
    change(statistic, at: entry.placement)
  }

  /// The samples that a histogram got, by the place of its group's record.
  public func change(_ statistic: Statistic, at placement: Placement) -> Histogram.Change? {
    guard let old = before(placement), let now = histogram(statistic, at: placement),
      let then = previous.read(old, { Histogram(of: statistic, in: $0) })
    else { return nil }
    return try? now.change(since: then)
  }
}
