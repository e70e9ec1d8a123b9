import LinuxSystem
import StatsInput
import StatsTree

/// Reads the values that the hypervisor reports for whole domains.
///
/// One call lists all domains with their values.
///
/// The method needs root in dom0. Hypervisors of XenServer and XCP-ng also report run states of
/// domains.
final class DomainTotalsMethod: AccessMethod {
  static let summary = AccessMethodSummary(
    name: nil, provenance: .xenControl,
    requirement: "root in dom0, and libxenctrl")

  private struct State {
    let domainToken: Int
    let runstateToken: Int?
  }

  let domains: DomainBacking
  private let runstates: RunstateBacking?
  private let sources: DomainSources
  private var states: [Domain: State] = [:]

  init(_ sources: DomainSources, _ lister: DomainLister) {
    self.sources = sources
    domains = DomainBacking(lister)
    runstates = lister.control.runstateForm == nil ? nil : RunstateBacking(lister.control)
  }

  func acquire(_ guests: [Domain]) {
    for domain in guests where states[domain] == nil {
      states[domain] = State(
        domainToken: domains.open(domain.info), runstateToken: runstates?.open(domain.number))
      attach(domain)
    }
  }

  func release(_ guest: Domain) {
    guard let state = states.removeValue(forKey: guest) else { return }
    domains.close(state.domainToken)
    if let token = state.runstateToken { runstates?.close(token) }
  }

  private func attach(_ domain: Domain) {
    guard let state = states[domain] else { return }
    sources.attach(
      "xen", XenStatsSchemas.domain, domains, token: state.domainToken, .xenControl,
      to: domain.source, of: domain)
    guard let runstates, let token = state.runstateToken else { return }
    sources.attach(
      "runstate", XenStatsSchemas.runstate, runstates, token: token, .xenControl,
      to: domain.source, of: domain)
  }
}
