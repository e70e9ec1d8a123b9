import LinuxSystem
import StatsInput

/// Holds the open control interface of the hypervisor, and the access methods that use it.
final class Hypervisor {
  let control: XenControl
  let lister: DomainLister
  /// Reads the values that the hypervisor reports for whole domains.
  let totals: DomainTotalsMethod
  /// The access methods for vCPUs, `tables` and `vcpus`; `nil` if not selected.
  let tables: StatsTableMethod?
  let vcpus: LibxenctrlMethod?
  /// All access methods in order of preference.
  private let methods: [any AccessMethod<Domain>]

  /// - Parameters:
  ///   - control: The control interface.
  ///   - sources: The sources that get the groups.
  ///   - tables: Maps the statistics tables of domains.
  ///   - selected: The access methods that are allowed for vCPUs.
  init(
    _ control: XenControl, _ sources: DomainSources, tables: any DomainTables,
    selected: Set<XenInput.Method>
  ) {
    self.control = control
    lister = DomainLister(control)
    totals = DomainTotalsMethod(sources, lister)
    self.tables =
      selected.contains(.table) ? StatsTableMethod(sources, control, tables) : nil
    vcpus =
      selected.contains(.libxenctrl) && control.hasVCPUs
      ? LibxenctrlMethod(sources, lister) : nil
    var methods: [any AccessMethod<Domain>] = [totals]
    if let tables = self.tables { methods.append(tables) }
    if let vcpus { methods.append(vcpus) }
    self.methods = methods
  }

  /// Offers the domains to all access methods.
  func acquire(_ domains: [Domain]) {
    for method in methods { method.acquire(domains) }
  }

  /// Closes everything that the access methods hold for a domain.
  func release(_ domain: Domain) {
    for method in methods { method.release(domain) }
  }

  /// Verifies the statistics tables in use.
  ///
  /// If a table is refused, other methods read its vCPUs.
  func verifyTables(of domains: [Domain]) {
    if let tables, tables.verify(domains) { acquire(domains) }
  }
}
