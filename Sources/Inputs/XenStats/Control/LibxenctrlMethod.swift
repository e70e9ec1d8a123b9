import LinuxSystem
import StatsInput
import StatsTree

/// Reads each vCPU from the hypervisor (XEN_DOMCTL_getvcpuinfo).
///
/// A sample takes one call per vCPU.
///
/// The method needs root in dom0, and a libxenctrl of the same version as the hypervisor.
final class LibxenctrlMethod: AccessMethod {
  static let summary = AccessMethodSummary(
    name: XenInput.Method.libxenctrl.rawValue, provenance: .xenControl,
    requirement: "root in dom0, and libxenctrl")

  let backing: VCPUBacking
  private let sources: DomainSources
  private var tokens: [Domain: [Int]] = [:]

  init(_ sources: DomainSources, _ lister: DomainLister) {
    self.sources = sources
    backing = VCPUBacking(lister)
  }

  func acquire(_ guests: [Domain]) {
    for domain in guests where domain.measuredVCPUs.count < domain.vcpus.count {
      for number in domain.vcpus.indices where !domain.measuredVCPUs.contains(number) {
        let token = backing.open(number, ofDomain: domain.number)
        tokens[domain, default: []].append(token)
        sources.attachVCPU(number, of: domain, backing, token: token, .xenControl)
      }
    }
  }

  func release(_ guest: Domain) {
    for token in tokens.removeValue(forKey: guest) ?? [] { backing.close(token) }
  }
}
