import Statistics
import StatsTree

/// A group that an access method can attach to a source.
struct AcquiredGroup {
  let name: String
  let schema: Schema
  let backing: any Backing
  let token: Int
  let provenance: Provenance
}

extension AcquiredGroup {
  /// The group of the statistics that KVM itself keeps.
  init(kvm schema: Schema, _ backing: any Backing, token: Int, _ provenance: Provenance) {
    self.init(
      name: "kvm", schema: schema, backing: backing, token: token, provenance: provenance)
  }
}
