import Statistics
import StatsTree

extension KVMInput {
  /// Gives a source of a machine a group, and the sources above it the group's aggregates.
  ///
  /// `kvm` and each control group that has VMs get `vcpus.<group>` and `vms.<group>`, a VM gets
  /// `vcpus.<group>`.
  func attach(
    _ name: String, schema: Schema, backing: any Backing, token: Int, provenance: Provenance,
    to source: Source, of vm: Machine
  ) {
    do {
      let family = try tree.attach(
        name, schema: schema, backing: backing, token: token, provenance: provenance, to: source
      ).family
      let isVCPU = source !== vm.source
      // What waits for a resource is a share of time: shares of several VMs have no sum.
      guard isVCPU || name != "pressure" else { return }
      let aggregate = (isVCPU ? "vcpus." : "vms.") + name
      if isVCPU { try vm.aggregated.fold(family, as: aggregate) }
      try all.fold(family, as: aggregate)
      for group in controlGroups(of: vm) {
        try group.fold(family, as: aggregate)
      }
    } catch {
      remark(source, "\(error)")
    }
  }

  // MARK: - Control groups

  /// Has a machine counted by the sources of its control group, `cgroup/<path>`.
  func count(_ vm: Machine, inControlGroup path: String?) {
    guard let path, path != "/", !path.isEmpty else { return }
    vm.controlGroup = path
    let source = controlGroup(path).source
    do {
      try tree.count(vm.source, in: source)
    } catch {
      remark(vm.source, "\(error)")
    }
  }

  /// The control group of a machine and those above it, but the root.
  private func controlGroups(of vm: Machine) -> [AggregatedSource] {
    guard let path = vm.controlGroup else { return [] }
    let parts = path.split(separator: "/")
    return parts.indices.map { controlGroup(parts[...$0].joined(separator: "/")) }
  }

  private func controlGroup(_ path: String) -> AggregatedSource {
    let source = tree.source("cgroup/\(path)")
    if let known = controlGroups[source.path] { return known }
    let made = AggregatedSource(source, in: tree)
    controlGroups[source.path] = made
    return made
  }

  /// Removes the sources of control groups that count no VM any more.
  func removeEmptyControlGroups() {
    guard !controlGroups.isEmpty else { return }
    let used = Set(
      processes.values.flatMap(\.vms).flatMap { controlGroups(of: $0).map(\.source.path) })
    for path in controlGroups.keys.sorted(by: >) where !used.contains(path) {
      if let group = controlGroups.removeValue(forKey: path) { tree.remove(group.source) }
    }
    if let top = tree.root.child("cgroup"), top.children.isEmpty { tree.remove(top) }
  }
}
