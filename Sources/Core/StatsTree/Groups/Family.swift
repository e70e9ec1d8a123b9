public import Statistics

/// The name and schema that the groups of many sources share.
///
/// For example, the vCPUs of a host have the families `kvm` and `sched`. An aggregate combines the
/// groups of one family, and a table of a statistic has a row for each of them. A tree has one
/// object for each family: families are compared by identity.
public final class Family: Sendable {
  struct Key: Hashable {
    let name: String
    let schema: Schema
  }

  /// The subject of the groups, such as `kvm` or `sched`.
  public let name: String
  public let schema: Schema

  init(name: String, schema: Schema) {
    self.name = name
    self.schema = schema
  }
}

/// The properties that groups of one family and backing share, so that each group is small.
final class GroupTemplate: @unchecked Sendable {
  struct Key: Hashable {
    let family: ObjectIdentifier
    let backing: ObjectIdentifier
    let provenance: Provenance
    let isHidden: Bool
  }

  let family: Family
  // Passes over one tree are serialized, so there are no concurrent calls.
  let backing: any Backing
  let provenance: Provenance
  let isHidden: Bool

  init(family: Family, backing: any Backing, provenance: Provenance, isHidden: Bool) {
    self.family = family
    self.backing = backing
    self.provenance = provenance
    self.isHidden = isHidden
  }
}
