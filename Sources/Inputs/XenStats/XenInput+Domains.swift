import LinuxSystem
import Statistics
import StatsTree

extension XenInput {
  /// The most vCPUs that a domain may have; what says more is no number of vCPUs.
  private static let mostVCPUs = 1 << 16

  /// Lets domains come, change and go as the hypervisor lists them.
  func update(_ hypervisor: Hypervisor, at now: UInt64) {
    var found: [UInt32: XenDomainInfo] = [:]
    let code = hypervisor.lister.walk { info, _ in found[info.domain] = info }
    base.remarks.removeAll { $0.hasPrefix(Self.listRemark) }
    guard code == 0 else {
      // Not knowing who is there is no reason to let go of anybody.
      base.remarks.append("\(Self.listRemark) \(SystemError.name(of: CInt(-code)))")
      return
    }
    hypervisor.lister.reserve(found.count)
    for (number, domain) in domains.sorted(by: { $0.key < $1.key }) {
      guard let info = found[number], !domain.isReplaced(by: info) else {
        forget(domain, hypervisor)
        continue
      }
    }
    for number in unnamed.keys where found[number] == nil { unnamed[number] = nil }
    for (number, info) in found.sorted(by: { $0.key < $1.key }) {
      if let domain = domains[number] {
        domain.update(info)
        addVCPUs(domain, hypervisor)
      } else {
        add(info, hypervisor, at: now)
      }
    }
    hasLooked = true
  }

  private static let listRemark = "the domains cannot be listed:"

  // MARK: - One domain

  /// Adds a domain as a source with a name of its own, once it has one.
  private func add(_ info: XenDomainInfo, _ hypervisor: Hypervisor, at now: UInt64) {
    let number = info.domain
    let given = names?.name(of: number).flatMap { $0.isEmpty ? nil : $0 }
    if given == nil, hasLooked, let names, names.absence == nil {
      let end = unnamed[number] ?? now + Self.namingTime
      unnamed[number] = end
      if now < end { return }
    }
    unnamed[number] = nil
    let part = Tree.pathPart(given ?? (number == 0 ? "Domain-0" : "domain-\(number)"))
    var labels = ["domid": "\(number)"]
    labels["uuid"] = info.identity.text ?? names?.uuid(of: number)
    labels["name"] = given
    let created = monotonicNanoseconds()
    // Equal names are told apart by what is unique.
    let candidates = [part, "\(part)~\(number)", "\(part)~\(number)~\(created)"]
    for candidate in candidates {
      guard
        let source = try? tree.add(
          candidate, below: base, keys: ["domain": candidate], labels: labels, created: created)
      else { continue }
      let domain = Domain(info, source: source, in: tree)
      domains[number] = domain
      let token = hypervisor.domains.open(info)
      domain.holds.append(.domain(token))
      attach(
        "xen", XenStatsSchemas.domain, hypervisor.domains, token, .xenControl, to: source,
        of: domain)
      if hypervisor.control.runstateForm != nil {
        let token = hypervisor.runstates.open(number)
        domain.holds.append(.runstate(token))
        attach(
          "runstate", XenStatsSchemas.runstate, hypervisor.runstates, token, .xenControl,
          to: source, of: domain)
      }
      addVCPUs(domain, hypervisor)
      events.append(.appeared(path: source.path, domain: number))
      return
    }
    preconditionFailure("the same domain was added twice in one nanosecond")
  }

  /// Adds the vCPUs that a domain was given since the last look.
  private func addVCPUs(_ domain: Domain, _ hypervisor: Hypervisor) {
    let count = domain.info.vcpuCount
    guard domain.vcpus.count < count else { return }
    guard count <= Self.mostVCPUs else {
      remark(domain.source, "the hypervisor says that it has \(count) vCPUs: none is shown")
      return
    }
    if domain.vcpus.isEmpty { domain.table = acquireTable(domain, hypervisor) }
    let created = monotonicNanoseconds()
    for number in domain.vcpus.count..<count {
      guard
        let source = try? tree.add(
          "vcpu\(number)", below: domain.source, keys: ["vcpu": "\(number)"], created: created)
      else { return }
      domain.vcpus.append(source)
      if let table = domain.table, number < table.count {
        attachVCPU(number, of: domain, in: table)
      } else {
        attachVCPU(number, of: domain, hypervisor)
      }
    }
  }

  /// Gives a vCPU the numbers that the control interface has.
  func attachVCPU(_ number: Int, of domain: Domain, _ hypervisor: Hypervisor) {
    guard hypervisor.control.hasVCPUs, options.ways.contains(.libxenctrl) else { return }
    let token = hypervisor.vcpus.open(number, ofDomain: domain.number)
    domain.holds.append(.vcpu(token))
    attach(
      "xen", XenStatsSchemas.vcpu, hypervisor.vcpus, token, .xenControl,
      to: domain.vcpus[number], of: domain)
  }

  /// Gives a source of a domain a group, and the sources above it the group's aggregates.
  ///
  /// `xen` gets `vcpus.xen` and `domains.xen`, a domain gets `vcpus.xen`.
  func attach(
    _ name: String, _ schema: Schema, _ backing: any Backing, _ token: Int,
    _ provenance: Provenance, to source: Source, of domain: Domain
  ) {
    do {
      let family = try tree.attach(
        name, schema: schema, backing: backing, token: token, provenance: provenance, to: source
      ).family
      // Runstates of a domain are of its vCPUs together: those of several domains have no sum.
      guard name != "runstate" else { return }
      let isVCPU = source !== domain.source
      let aggregate = (isVCPU ? "vcpus." : "domains.") + name
      let single = XenStatsSchemas.singular
      if isVCPU { try domain.aggregated.fold(family, as: aggregate, leavingOut: single) }
      try all.fold(family, as: aggregate, leavingOut: single)
    } catch {
      remark(source, "\(error)")
    }
  }

  /// Lets go of all that is held for a domain.
  private func forget(_ domain: Domain, _ hypervisor: Hypervisor) {
    domains[domain.number] = nil
    for hold in domain.holds {
      if case .table(let token) = hold { tableRecords.close(token) } else { hypervisor.close(hold) }
    }
    domain.source.visit { $0.status = .gone }
    tree.remove(domain.source)
    events.append(.gone(path: domain.source.path, domain: domain.number))
  }

  // MARK: - Names

  private static let nameRemark = "domains are called by their numbers:"

  /// Has the labels say what domains are called now; their paths stay.
  func updateNames() {
    base.remarks.removeAll { $0.hasPrefix(Self.nameRemark) }
    if let absence = names?.absence { base.remarks.append("\(Self.nameRemark) \(absence)") }
    for domain in domains.values {
      let source = domain.source
      if let name = names?.name(of: domain.number), !name.isEmpty, source.labels["name"] != name {
        source.labels["name"] = name
      }
      if source.labels["uuid"] == nil,
        let uuid = domain.info.identity.text ?? names?.uuid(of: domain.number)
      {
        source.labels["uuid"] = uuid
      }
    }
  }
}
