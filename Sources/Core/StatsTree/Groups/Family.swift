public import Statistics

/// What the groups of many sources have in common: a name and a schema.
///
/// The vCPUs of a host have one family `kvm` and one `sched`. An aggregate folds the groups of one
/// family, and a table of a statistic has a row for each of them. A tree has one object for
/// each family, so that families are compared by identity.
public final class Family: Sendable {
  struct Key: Hashable {
    let name: String
    let schema: Schema
  }

  /// What the groups are about, such as `kvm` or `sched`.
  public let name: String
  public let schema: Schema

  init(name: String, schema: Schema) {
    self.name = name
    self.schema = schema
  }
}

/// Where the groups of a family come from: what they share, so that each is small.
final class GroupTemplate: @unchecked Sendable {
  struct Key: Hashable {
    let family: ObjectIdentifier
    let backing: ObjectIdentifier
    let provenance: Provenance
    let isHidden: Bool
  }

  let family: Family
  // Passes over one tree take turns, and ask it one after the other.
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
