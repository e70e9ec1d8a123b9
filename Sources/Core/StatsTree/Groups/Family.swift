public import Statistics

/// The name and schema that the groups of many sources share.
///
/// For example, the groups of the vCPUs of a host belong to the families `kvm` and `sched`. An
/// aggregate combines the groups of one family. A table of a statistic has a row for each group of
/// a family. A tree has exactly one object for each family, so families are compared by identity.
public final class Family: Sendable {
  struct Key: Hashable {
    let name: String
    let schema: Schema
  }

  /// The name of all groups of the family, such as `kvm` or `sched`.
  public let name: String
  public let schema: Schema

  init(name: String, schema: Schema) {
    self.name = name
    self.schema = schema
  }
}

/// The properties that all groups of one family and backing share, so that each group stays small.
final class GroupTemplate: @unchecked Sendable {
  struct Key: Hashable {
    let family: ObjectIdentifier
    let backing: ObjectIdentifier
    let provenance: Provenance
    let isHidden: Bool
  }

  let family: Family
  // Passes over one tree never run at the same time, so there are no concurrent calls of the
  // backing.
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
