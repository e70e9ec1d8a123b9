import Statistics
import StatsTree

/// Describes a group that an access method can attach to a source.
struct AcquiredGroup {
  let name: String
  let schema: Schema
  let backing: any Backing
  let token: Int
  let provenance: Provenance
}

extension AcquiredGroup {
  /// Creates the group `kvm`, which contains the statistics that KVM itself counts.
  init(kvm schema: Schema, _ backing: any Backing, token: Int, _ provenance: Provenance) {
    self.init(
      name: "kvm", schema: schema, backing: backing, token: token, provenance: provenance)
  }
}
