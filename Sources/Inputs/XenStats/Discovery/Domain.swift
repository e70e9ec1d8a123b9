import LinuxSystem
import StatsTree

/// A discovered domain: what discovery and the access methods share about it.
final class Domain {
  let number: UInt32
  let source: Source
  /// The aggregates over its vCPUs.
  let aggregated: AggregatedSource
  /// The sources of its vCPUs by vCPU number.
  var vcpus: [Source] = []
  /// The vCPUs that have the group `xen`.
  var measuredVCPUs: Set<Int> = []
  /// The domain as the hypervisor listed it last.
  var info: XenDomainInfo

  /// The maximum decrease of the run time that is no evidence of another domain.
  ///
  /// A reading can be older than an earlier one by the time between two changes of a vCPU's state.
  private static let toleratedDecrease: UInt64 = 1_000_000_000

  init(_ info: XenDomainInfo, source: Source, in tree: Tree) {
    number = info.domain
    self.info = info
    self.source = source
    aggregated = AggregatedSource(source, in: tree)
  }

  /// Whether the domain that the hypervisor lists under this number now is another one.
  func isReplaced(by new: XenDomainInfo) -> Bool {
    if !info.identity.isNone, new.identity != info.identity { return true }
    // The number of vCPUs and the run time of a domain never decrease.
    return new.vcpuCount < info.vcpuCount
      || new.runNanoseconds < info.runNanoseconds
        && info.runNanoseconds - new.runNanoseconds > Self.toleratedDecrease
  }
}

/// Two domains are equal if they are the same object; the key of an access method's state.
extension Domain: Hashable {
  static func == (lhs: Domain, rhs: Domain) -> Bool { lhs === rhs }

  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
