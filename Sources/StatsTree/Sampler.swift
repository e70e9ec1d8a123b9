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
  private var snapshots: SnapshotPair
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
    snapshots = SnapshotPair(plan)
  }

  /// Whether a source is one of those that are sampled.
  public func covers(_ path: String) -> Bool { pattern.matches(path) }

  /// Reads every group once; what was current becomes previous.
  public func pass() {
    if plan.generation == tree.generation {
      snapshots.turn(plan)
    } else {
      let old = plan
      plan = Plan(tree, matching: pattern, statistics: names)
      snapshots.turn(from: old, to: plan)
    }
    snapshots.sample(plan)
    passCount += 1
  }

  // MARK: - Values

  public func status(of entry: Plan.Entry) -> Status { status(at: entry.placement) }

  /// The status of a group, by the place of its record.
  public func status(at placement: Placement) -> Status {
    snapshots.current.status(of: placement.index)
  }

  public func window(of entry: Plan.Entry) -> Window {
    snapshots.current.window(of: entry.placement.index)
  }

  /// A word of a statistic now, or nil where the group has no numbers or it is inactive.
  public func value(_ statistic: Statistic, of entry: Plan.Entry, word: Int = 0) -> UInt64? {
    value(statistic, at: entry.placement, word: word)
  }

  /// A word of a statistic now, by the place of its group's record.
  public func value(_ statistic: Statistic, at placement: Placement, word: Int = 0) -> UInt64? {
    snapshots.value(statistic, at: placement, word: word)
  }

  /// A histogram now.
  public func histogram(_ statistic: Statistic, of entry: Plan.Entry) -> Histogram? {
    snapshots.histogram(statistic, at: entry.placement)
  }

  // MARK: - Changes

  /// The interval between the two samples of a group.
  public func interval(of entry: Plan.Entry) -> Interval? {
    snapshots.interval(at: entry.placement)
  }

  /// How fast a count grows.
  public func rate(_ statistic: Statistic, of entry: Plan.Entry) -> Rate? {
    rate(statistic, at: entry.placement)
  }

  /// How fast a count grows, by the place of its group's record.
  public func rate(_ statistic: Statistic, at placement: Placement) -> Rate? {
    snapshots.rate(statistic, at: placement)
  }

  /// What became of a value.
  public func delta(_ statistic: Statistic, of entry: Plan.Entry) -> Delta? {
    snapshots.delta(statistic, at: entry.placement)
  }

  /// The samples that a histogram got.
  public func change(_ statistic: Statistic, of entry: Plan.Entry) -> Histogram.Change? {
    change(statistic, at: entry.placement)
  }

  /// The samples that a histogram got, by the place of its group's record.
  public func change(_ statistic: Statistic, at placement: Placement) -> Histogram.Change? {
    snapshots.change(statistic, at: placement)
  }
}
