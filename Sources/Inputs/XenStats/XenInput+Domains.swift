import LinuxSystem
import StatsInput
import StatsTree

extension XenInput {
  /// The maximum number of vCPUs of a domain.
  ///
  /// A larger number is an error of the hypervisor.
  private static let maximumVCPUCount = 1 << 16

  /// Adds, updates and removes domains according to the list of the hypervisor.
  func update(_ hypervisor: Hypervisor, at now: UInt64) {
    var found: [UInt32: XenDomainInfo] = [:]
    let code = hypervisor.lister.walk { info, _ in found[info.domain] = info }
    sources.base.clearDiagnostics(.list)
    guard code == 0 else {
      // A failed list does not prove that a domain has ended.
      sources.base.diagnose(
        .list, "the domains cannot be listed: \(SystemError.name(of: CInt(-code)))",
        isDiscoveryIncomplete: true)
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
        domain.info = info
        addVCPUs(to: domain)
      } else {
        add(info, at: now)
      }
    }
    hasListed = true
  }

  // MARK: - One domain

  /// Adds a domain as a source if it has a name.
  ///
  /// A domain without a name is added after a timeout.
  private func add(_ info: XenDomainInfo, at now: UInt64) {
    let number = info.domain
    let name = names?.name(of: number).flatMap { $0.isEmpty ? nil : $0 }
    if name == nil, hasListed, let names, names.absence == nil {
      let end = unnamed[number] ?? now + Self.namingTime
      unnamed[number] = end
      if now < end { return }
    }
    unnamed[number] = nil
    let domain = sources.add(
      info, name: name, uuid: info.identity.text ?? names?.uuid(of: number))
    domains[number] = domain
    addVCPUs(to: domain)
    events.append(.appeared(path: domain.source.path, .domain(number)))
  }

  private func addVCPUs(to domain: Domain) {
    let count = domain.info.vcpuCount
    guard domain.vcpus.count < count else { return }
    guard count <= Self.maximumVCPUCount else {
      domain.source.diagnose(
        .vcpus, "the hypervisor reports \(count) vCPUs, which is impossible: none is shown")
      return
    }
    sources.addVCPUs(to: domain)
  }

  /// Releases a domain.
  private func forget(_ domain: Domain, _ hypervisor: Hypervisor) {
    domains[domain.number] = nil
    hypervisor.release(domain)
    sources.remove(domain)
    events.append(
      .gone(
        path: domain.source.path, .domain(domain.number),
        reason: "domain \(domain.number) ended"))
  }

  // MARK: - Names

  /// Updates the labels with the present names of domains.
  ///
  /// The paths of the sources do not change.
  func updateNames() {
    sources.base.clearDiagnostics(.names)
    if let absence = names?.absence {
      sources.base.diagnose(.names, "domains are called by their numbers: \(absence)")
    }
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
