import LinuxSystem
import StatsInput
import StatsTree
import XenTable

/// Reads vCPUs from the statistics table that the hypervisor writes for a domain.
///
/// Needs a hypervisor that writes such tables. A pass (a sampling of all groups) then makes no
/// hypercall. A table is abandoned as soon as the control interface contradicts it.
final class StatsTableMethod: AccessMethod {
  static let summary = AccessMethodSummary(
    name: XenInput.Method.table.rawValue, provenance: .xenTable,
    requirement: "root in dom0, and a hypervisor that writes statistics tables")

  private struct State {
    let table: DomainTable
    /// The tokens (ids of groups in the backing), by vCPU number.
    var tokens: [Int: Int] = [:]
  }

  let backing = DomainTableBacking()
  private let sources: DomainSources
  private let control: XenControl
  private let tables: any DomainTables
  /// Whether an error has shown that no domain of this hypervisor has a table.
  private var isUnsupported = false
  /// The domains whose table this method has tried to map.
  private var tried: Set<Domain> = []
  private var states: [Domain: State] = [:]
  /// The number of verifications so far, which selects the vCPU to compare next.
  private var verificationCount = 0

  init(_ sources: DomainSources, _ control: XenControl, _ tables: any DomainTables) {
    self.sources = sources
    self.control = control
    self.tables = tables
  }

  /// The table that is in use for a domain; `nil` if there is none.
  func table(of domain: Domain) -> DomainTable? { states[domain]?.table }

  // MARK: - AccessMethod

  func acquire(_ guests: [Domain]) {
    for domain in guests where domain.measuredVCPUs.count < domain.vcpus.count {
      if tried.insert(domain).inserted, let table = open(domain) {
        states[domain] = State(table: table)
      }
      attachVCPUs(of: domain)
    }
  }

  func release(_ guest: Domain) {
    tried.remove(guest)
    guard let state = states.removeValue(forKey: guest) else { return }
    for token in state.tokens.values { backing.close(token) }
  }

  private func attachVCPUs(of domain: Domain) {
    guard let table = table(of: domain) else { return }
    for number in 0..<min(table.count, domain.vcpus.count)
    where !domain.measuredVCPUs.contains(number) {
      let token = backing.open(number, of: table)
      states[domain]?.tokens[number] = token
      sources.attachVCPU(number, of: domain, backing, token: token, .xenTable)
    }
  }

  // MARK: - Tables

  /// Maps the table of a domain and verifies it.
  ///
  /// - Returns: `nil` if there is no table or the table is refused. The reason becomes a
  ///   diagnostic.
  private func open(_ domain: Domain) -> DomainTable? {
    // dom0 is not allowed to map its own table.
    guard domain.number != 0, !isUnsupported else { return nil }
    do throws(DomainTableError) {
      let table = try DomainTable(
        of: domain.number, vcpuCount: domain.info.vcpuCount, from: tables)
      if control.hasVCPUs {
        for vcpu in 0..<table.count {
          try table.compare(vcpu, ofDomain: domain.number, with: control)
        }
      }
      if table.count < domain.info.vcpuCount {
        diagnose(
          "it has room for \(table.count) of \(domain.info.vcpuCount) vCPUs", domain.source)
      }
      if !table.isMonotonic {
        diagnose(
          "it has no clock of this host: the times of a vCPU that runs without a pause do not"
            + " advance in it",
          domain.source)
      }
      return table
    } catch {
      isUnsupported = error.isHostWide
      diagnose("\(error)", error.isHostWide ? sources.base : domain.source)
      return nil
    }
  }

  /// Verifies the header and one vCPU of each table in use.
  ///
  /// Later calls verify the other vCPUs in turn.
  ///
  /// If the verification of a table fails, the table is abandoned. Its vCPUs then lose their
  /// groups, so that another method can provide them.
  ///
  /// - Returns: `true` if a table was abandoned.
  func verify(_ domains: [Domain]) -> Bool {
    verificationCount += 1
    var hasAbandoned = false
    for domain in domains {
      guard let table = table(of: domain), table.count > 0 else { continue }
      do throws(DomainTableError) {
        guard table.reader.isCurrent() else { throw .changed }
        guard control.hasVCPUs else { continue }
        try table.compare(
          verificationCount % table.count, ofDomain: domain.number, with: control)
      } catch {
        domain.source.clearDiagnostics(.table)
        diagnose("\(error)", domain.source)
        abandonTable(of: domain)
        hasAbandoned = true
      }
    }
    return hasAbandoned
  }

  private func abandonTable(of domain: Domain) {
    guard let state = states.removeValue(forKey: domain) else { return }
    for (number, token) in state.tokens {
      backing.close(token)
      domain.measuredVCPUs.remove(number)
      if let group = domain.vcpus[number].groups.first(where: { $0.backing === backing }) {
        sources.tree.detach(group)
      }
    }
  }

  private func diagnose(_ text: String, _ source: Source) {
    source.diagnose(.table, "stats table: \(text)")
  }
}
