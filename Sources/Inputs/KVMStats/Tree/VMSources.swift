import KVMStatsFormat
import LinuxSystem
import Statistics
import StatsInput
import StatsTree

/// Manages the sources of VMs and vCPUs in the tree, and the aggregates over them.
///
/// Discovery and all access methods share one instance.
final class VMSources {
  let tree: Tree
  /// The source `kvm`, which is the parent of the sources of all VMs.
  let base: Source
  /// The aggregates over all VMs.
  private let all: AggregatedSource
  let controlGroups: ControlGroupSources
  /// The schemas of statistics files.
  ///
  /// Equal files share one schema, whatever access method reads them.
  var schemas = SchemaCache()

  init(_ tree: Tree) {
    self.tree = tree
    base = tree.source(KVMInput.root.path, role: KVMInput.root.role)
    all = AggregatedSource(base, in: tree)
    controlGroups = ControlGroupSources(tree)
  }

  // MARK: - VMs and vCPUs

  /// Adds a VM as a source with a unique name.
  ///
  /// - Parameters:
  ///   - vmm: The process that runs the VM.
  ///   - number: The index of the VM among the VMs of the process.
  ///   - descriptor: The file descriptor of `kvm-vm` in the process, if it is known.
  ///   - name: The name that the VMM gives to the VM. If there is none, the pid is used as the
  ///     name.
  ///   - uuid: The UUID that the VMM gives to the VM.
  ///   - controlGroup: The path of the control group of the process.
  /// - Returns: The new VM, which this function also adds to `vmm.vms`.
  func add(
    to vmm: VMM, number: Int, descriptor: CInt?, name: String?, uuid: String?,
    controlGroup: String?
  ) -> VirtualMachine {
    let info = vmm.info
    let given = name.flatMap { $0.isEmpty ? nil : $0 }
    var part = Tree.pathPart(given ?? "\(info.pid)")
    if number > 0 { part += ".\(number + 1)" }
    var labels = ["pid": "\(info.pid)", "vmm": info.command]
    labels["uuid"] = uuid ?? info.vmUUID
    labels["cgroup"] = controlGroup
    let created = monotonicNanoseconds()
    // A suffix makes the name unique if several VMs have the same name.
    let candidates = [part, "\(part)~\(info.pid)", "\(part)~\(info.pid)~\(created)"]
    for candidate in candidates {
      guard
        let source = try? tree.add(
          candidate, below: base, role: .vm, keys: ["vm": candidate], labels: labels,
          created: created, owner: info.owner)
      else { continue }
      let vm = VirtualMachine(
        source: source, descriptor: descriptor, controlGroup: controlGroup, in: tree)
      controlGroups.add(vm)
      vmm.vms.append(vm)
      return vm
    }
    preconditionFailure("two VMs of one name and process were added in the same nanosecond")
  }

  /// Adds the source of a vCPU if it does not exist yet.
  func addVCPU(_ number: Int, to vm: VirtualMachine) {
    guard vm.vcpus[number] == nil else { return }
    vm.vcpus[number] = try? tree.add(
      "vcpu\(number)", below: vm.source, role: .vcpu, keys: ["vcpu": "\(number)"],
      created: monotonicNanoseconds(), owner: vm.source.owner)
  }

  /// Removes the sources of a VM.
  ///
  /// Call this after the VM has ended and the access methods have released it.
  func remove(_ vm: VirtualMachine) {
    vm.source.visit { $0.status = .gone }
    tree.remove(vm.source)
    controlGroups.remove(vm)
  }

  // MARK: - Groups

  /// Attaches a group to the source of a VM or vCPU, and the aggregates of the group to the sources
  /// above.
  ///
  /// The source `kvm` and each control group with VMs get the aggregates `vcpus.<group>` and
  /// `vms.<group>`. The source of a VM gets the aggregate `vcpus.<group>`.
  func attach(_ group: AcquiredGroup, to source: Source, of vm: VirtualMachine) {
    do {
      let family = try tree.attach(
        group.name, schema: group.schema, backing: group.backing, token: group.token,
        provenance: group.provenance, to: source
      ).family
      let isVCPU = source !== vm.source
      // Pressure is a share of time. A sum over several VMs has no meaning.
      guard isVCPU || group.name != "pressure" else { return }
      let aggregate = (isVCPU ? "vcpus." : "vms.") + group.name
      if isVCPU { try vm.aggregated.aggregate(family, as: aggregate) }
      try all.aggregate(family, as: aggregate)
      try controlGroups.aggregate(family, as: aggregate, of: vm)
    } catch {
      source.diagnose(.aggregates, "\(error)")
    }
  }

  /// Returns the source that still needs the group `kvm`, or `nil` if the source already has that
  /// group.
  ///
  /// If `vcpu` is `nil`, this is the source of the VM itself. Otherwise it is the source of the
  /// vCPU, which is added if necessary.
  func unmeasured(_ vcpu: Int?, of vm: VirtualMachine) -> Source? {
    guard let vcpu else { return vm.hasStatistics ? nil : vm.source }
    addVCPU(vcpu, to: vm)
    return vm.measuredVCPUs.contains(vcpu) ? nil : vm.vcpus[vcpu]
  }

  /// Attaches the group `kvm` to a VM or to one of its vCPUs, and sets the status of the source to
  /// `up`.
  func attachStatistics(
    _ group: AcquiredGroup, to source: Source, vcpu: Int?, of vm: VirtualMachine
  ) {
    if let vcpu { vm.measuredVCPUs.insert(vcpu) } else { vm.hasStatistics = true }
    attach(group, to: source, of: vm)
    source.status = .up
  }

  /// Reports that the descriptors of a VM cannot be copied.
  func deny(_ vm: VirtualMachine, _ topic: Diagnostic.Topic, _ text: String, code: CInt) {
    vm.source.diagnose(topic, text)
    for source in [vm.source] + vm.vcpus.values where source.groups.isEmpty {
      source.status = .denied(code: code)
    }
  }
}
