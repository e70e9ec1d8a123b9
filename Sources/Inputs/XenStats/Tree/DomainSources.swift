import LinuxSystem
import Statistics
import StatsInput
import StatsTree

/// Manages the sources of domains and vCPUs in the tree, and the aggregates over them.
///
/// Discovery and all access methods share one instance.
final class DomainSources {
  let tree: Tree
  /// The source of the Xen host, `xen`.
  let base: Source
  /// The aggregates over all domains.
  private let all: AggregatedSource

  init(_ tree: Tree) {
    self.tree = tree
    base = tree.source(XenInput.root.path, role: XenInput.root.role)
    all = AggregatedSource(base, in: tree)
  }

  /// Adds a domain as a source with a unique name.
  ///
  /// - Parameters:
  ///   - info: The domain as the hypervisor lists it.
  ///   - name: The name that the toolstack gave to the domain, if there is one.
  ///   - uuid: The UUID of the domain, if it is known.
  /// - Returns: The domain, without vCPUs.
  func add(_ info: XenDomainInfo, name: String?, uuid: String?) -> Domain {
    let number = info.domain
    let part = Tree.pathPart(name ?? (number == 0 ? "Domain-0" : "domain-\(number)"))
    var labels = ["domid": "\(number)"]
    labels["uuid"] = uuid
    labels["name"] = name
    let created = monotonicNanoseconds()
    // A suffix makes the name unique if several domains have the same name.
    let candidates = [part, "\(part)~\(number)", "\(part)~\(number)~\(created)"]
    for candidate in candidates {
      guard
        let source = try? tree.add(
          candidate, below: base, role: .domain, keys: ["domain": candidate], labels: labels,
          created: created)
      else { continue }
      return Domain(info, source: source, in: tree)
    }
    preconditionFailure("two domains of one name and number were added in the same nanosecond")
  }

  /// Adds the sources of the vCPUs that were added to a domain since the last call.
  func addVCPUs(to domain: Domain) {
    let created = monotonicNanoseconds()
    for number in domain.vcpus.count..<max(domain.vcpus.count, domain.info.vcpuCount) {
      guard
        let source = try? tree.add(
          "vcpu\(number)", below: domain.source, role: .vcpu, keys: ["vcpu": "\(number)"],
          created: created)
      else { return }
      domain.vcpus.append(source)
    }
  }

  /// Removes the sources of a domain.
  ///
  /// Call this after the domain has ended and the access methods have released it.
  func remove(_ domain: Domain) {
    domain.source.visit { $0.status = .gone }
    tree.remove(domain.source)
  }

  // MARK: - Groups

  /// Attaches the group `xen` to a vCPU.
  func attachVCPU(
    _ number: Int, of domain: Domain, _ backing: any Backing, token: Int, _ provenance: Provenance
  ) {
    domain.measuredVCPUs.insert(number)
    attach(
      "xen", XenStatsSchemas.vcpu, backing, token: token, provenance, to: domain.vcpus[number],
      of: domain)
  }

  /// Attaches a group to the source of a domain or vCPU, and the aggregates of the group to the
  /// sources above.
  ///
  /// For example, the groups `xen` give the source `xen` the aggregates `vcpus.xen` and
  /// `domains.xen`, and a domain the aggregate `vcpus.xen`.
  func attach(
    _ name: String, _ schema: Schema, _ backing: any Backing, token: Int,
    _ provenance: Provenance, to source: Source, of domain: Domain
  ) {
    do {
      let family = try tree.attach(
        name, schema: schema, backing: backing, token: token, provenance: provenance, to: source
      ).family
      // The runstate of a domain combines its vCPUs. The runstates of several domains have no
      // meaningful sum.
      guard name != "runstate" else { return }
      let isVCPU = source !== domain.source
      let aggregate = (isVCPU ? "vcpus." : "domains.") + name
      let single = XenStatsSchemas.singular
      if isVCPU { try domain.aggregated.aggregate(family, as: aggregate, leavingOut: single) }
      try all.aggregate(family, as: aggregate, leavingOut: single)
    } catch {
      source.diagnose(.domains, "\(error)")
    }
  }
}
