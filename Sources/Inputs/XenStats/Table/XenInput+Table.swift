import LinuxSystem
import StatsTree
import XenTable

extension XenInput {
  private static let tableRemark = "stats table: "

  /// The table of a domain that has just been given its vCPUs; nil where there is none to be read,
  /// with the reason as a remark.
  func acquireTable(_ domain: Domain, _ hypervisor: Hypervisor) -> DomainTable? {
    // A domain has no right to its own.
    guard options.ways.contains(.table), domain.number != 0, !hasNoTables else { return nil }
    do throws(DomainTableError) {
      let table = try DomainTable(
        of: domain.number, vcpuCount: domain.info.vcpuCount, from: tables)
      if hypervisor.control.hasVCPUs {
        for vcpu in 0..<table.count {
          try table.compare(vcpu, ofDomain: domain.number, with: hypervisor.control)
        }
      }
      if table.count < domain.info.vcpuCount {
        say("it has room for \(table.count) of \(domain.info.vcpuCount) vCPUs", domain.source)
      }
      if !table.isMonotonic {
        say(
          "it has no clock that is ours: a vCPU that runs without a pause stands still in it",
          domain.source)
      }
      return table
    } catch {
      if error.isOfAll {
        hasNoTables = true
        say("\(error)", base)
      } else {
        say("\(error)", domain.source)
      }
      return nil
    }
  }

  private func say(_ text: String, _ source: Source) {
    remark(source, Self.tableRemark + text)
  }

  /// Gives a vCPU the numbers of the table.
  func attachVCPU(_ number: Int, of domain: Domain, in table: DomainTable) {
    let token = tableRecords.open(number, of: table)
    domain.holds.append(.table(token))
    attach(
      "xen", XenStatsSchemas.vcpu, tableRecords, token, .xenTable, to: domain.vcpus[number],
      of: domain)
  }

  /// Looks at each table again, at one vCPU of it after the other, and leaves one that is wrong.
  func checkTables(_ hypervisor: Hypervisor) {
    tableLooks += 1
    for domain in domains.values {
      guard let table = domain.table, table.count > 0 else { continue }
      do throws(DomainTableError) {
        guard table.reader.isCurrent() else { throw .changed }
        guard hypervisor.control.hasVCPUs else { continue }
        try table.compare(
          tableLooks % table.count, ofDomain: domain.number, with: hypervisor.control)
      } catch {
        domain.source.remarks.removeAll { $0.hasPrefix(Self.tableRemark) }
        say("\(error)", domain.source)
        leaveTable(of: domain, hypervisor)
      }
    }
  }

  /// Has the vCPUs of a domain read by the control interface in place of its table.
  private func leaveTable(of domain: Domain, _ hypervisor: Hypervisor) {
    domain.table = nil
    for hold in domain.holds {
      if case .table(let token) = hold { tableRecords.close(token) }
    }
    domain.holds.removeAll { if case .table = $0 { true } else { false } }
    for (number, vcpu) in domain.vcpus.enumerated() {
      guard let group = vcpu.groups.first(where: { $0.backing === tableRecords }) else { continue }
      tree.detach(group)
      attachVCPU(number, of: domain, hypervisor)
    }
  }
}
