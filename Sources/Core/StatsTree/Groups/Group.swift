public import Statistics

/// Statistics of one source that are read together, with their schema and their backing.
///
/// A group is immutable, except for its place in the source's list of groups. Thread-safe.
public final class Group: @unchecked Sendable {
  /// An ID that the tree never uses for another group.
  public let id: UInt64
  /// The ID by which the backing knows the group.
  public let token: Int
  /// The source of the group; code that keeps a reference to a group must also keep its source.
  public unowned let source: Source
  let template: GroupTemplate
  /// The group that was attached to the source after this one; guarded by the tree's lock.
  var next: Group?

  init(id: UInt64, template: GroupTemplate, token: Int, source: Source) {
    self.id = id
    self.template = template
    self.token = token
    self.source = source
  }

  /// The family of the group; an aggregate can combine the groups of a family.
  public var family: Family { template.family }
  /// The name of the group's family, such as `kvm` or `sched`.
  public var name: String { template.family.name }
  public var schema: Schema { template.family.schema }
  public var provenance: Provenance { template.provenance }
  public var backing: any Backing { template.backing }
  /// Whether views omit the group; aggregates nevertheless count the group.
  public var isHidden: Bool { template.isHidden }
  /// The group's backing if the group is an aggregate, otherwise `nil`.
  public var aggregation: AggregateBacking? { template.backing as? AggregateBacking }
}
