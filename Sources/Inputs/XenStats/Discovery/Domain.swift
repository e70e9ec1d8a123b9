import LinuxSystem
import StatsTree

/// Stores what discovery and the access methods share about one discovered domain.
final class Domain {
  let number: UInt32
  let source: Source
  /// The aggregates over the vCPUs of the domain.
  let aggregated: AggregatedSource
  /// The sources of the domain's vCPUs, by vCPU number.
  var vcpus: [Source] = []
  /// The vCPUs that have the group `xen`.
  var measuredVCPUs: Set<Int> = []
  /// The domain as the hypervisor listed it last.
  var info: XenDomainInfo

  /// The maximum decrease of the run time that is not taken as evidence of another domain.
  ///
  /// A reading can be older than an earlier reading. The difference is at most the time between two
  /// changes of a vCPU's state.
  private static let toleratedDecrease: UInt64 = 1_000_000_000

  init(_ info: XenDomainInfo, source: Source, in tree: Tree) {
    number = info.domain
    self.info = info
    self.source = source
    aggregated = AggregatedSource(source, in: tree)
  }

  /// Returns whether the domain that the hypervisor now lists under this id is another domain.
  func isReplaced(by new: XenDomainInfo) -> Bool {
    if !info.identity.isNone, new.identity != info.identity { return true }
    // The number of vCPUs and the run time of a domain never decrease.
    return new.vcpuCount < info.vcpuCount
      || new.runNanoseconds < info.runNanoseconds
        && info.runNanoseconds - new.runNanoseconds > Self.toleratedDecrease
  }
}

/// Domains are compared by object identity, so that an access method can store its state by domain.
extension Domain: Hashable {
  static func == (lhs: Domain, rhs: Domain) -> Bool { lhs === rhs }

  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
