import LinuxSystem

/// The control interface that is open, with the backings that read by it.
final class Hypervisor {
  let control: XenControl
  let lister: DomainLister
  let domains: DomainBacking
  let vcpus: VCPUBacking
  let runstates: RunstateBacking

  init(_ control: XenControl) {
    self.control = control
    lister = DomainLister(control)
    domains = DomainBacking(lister)
    vcpus = VCPUBacking(lister)
    runstates = RunstateBacking(control)
  }

  /// Ends what a group's numbers were read by.
  func close(_ hold: Domain.Hold) {
    switch hold {
    case .domain(let token): domains.close(token)
    case .vcpu(let token): vcpus.close(token)
    case .runstate(let token): runstates.close(token)
    case .table: break
    }
  }
}
