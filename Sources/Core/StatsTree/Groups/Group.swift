public import Statistics

/// Statistics of one source that are read together: a schema and a backing.
///
/// Immutable except for its place in the source's list of groups. Thread-safe.
public final class Group: @unchecked Sendable {
  /// An identifier that is never reused in a tree.
  public let id: UInt64
  /// The backing's identifier of the group.
  public let token: Int
  /// The source of the group; code that keeps a group must also keep its source.
  public unowned let source: Source
  let template: GroupTemplate
  /// The source's next group in the order of attachment; guarded by the tree's lock.
  var next: Group?

  init(id: UInt64, template: GroupTemplate, token: Int, source: Source) {
    self.id = id
    self.template = template
    self.token = token
    self.source = source
  }

  /// The groups that an aggregate can combine with this one.
  public var family: Family { template.family }
  /// The subject of the group, such as `kvm` or `sched`.
  public var name: String { template.family.name }
  public var schema: Schema { template.family.schema }
  public var provenance: Provenance { template.provenance }
  public var backing: any Backing { template.backing }
  /// Whether views omit the group; aggregates count it anyway.
  public var isHidden: Bool { template.isHidden }
  /// The group's backing if the group is an aggregate, otherwise `nil`.
  public var aggregation: AggregateBacking? { template.backing as? AggregateBacking }
}
