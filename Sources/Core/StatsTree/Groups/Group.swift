public import Statistics

/// Statistics of one source that are read together: a schema and a backing.
///
/// Immutable but for its place in the source's list, so that it may be used from any thread.
public final class Group: @unchecked Sendable {
  /// Never used twice in a tree.
  public let id: UInt64
  /// What the backing knows the group by.
  public let token: Int
  /// The source that has it; whoever holds a group holds its source, too.
  public unowned let source: Source
  let feed: GroupTemplate
  /// The source's group that was attached after this one; guarded by the tree's lock.
  var next: Group?

  init(id: UInt64, feed: GroupTemplate, token: Int, source: Source) {
    self.id = id
    self.feed = feed
    self.token = token
    self.source = source
  }

  /// The groups that it can be folded with.
  public var family: Family { feed.family }
  /// What it is about, such as `kvm` or `sched`.
  public var name: String { feed.family.name }
  public var schema: Schema { feed.family.schema }
  public var provenance: Provenance { feed.provenance }
  public var backing: any Backing { feed.backing }
  /// Whether views leave it out; it counts in aggregates all the same.
  public var isHidden: Bool { feed.isHidden }
  /// How it folds other groups, or nil where it has a backing of its own.
  public var aggregation: AggregateBacking? { feed.backing as? AggregateBacking }
}
