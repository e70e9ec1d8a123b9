import Glibc
import LinuxSystem
import QEMUMonitor
import StatsTree

extension KVMInput {
  /// How long discovery waits for all new monitors together.
  private static let probeMilliseconds = 500

  /// Asks the monitors of machines whose vCPUs have no better way, then opens debugging files.
  func acquireWhatIsMissing() {
    if options.rungs.contains(.bpf) { acquireByKernel() }
    if options.rungs.contains(.qmp) {
      acquireByMonitors()
      takeMonitorChanges()
    }
    for (_, process) in processes.sorted(by: { $0.key < $1.key }) {
      for vm in process.vms where !vm.wasCompleted {
        vm.wasCompleted = true
        acquireByDebugFiles(vm, of: process)
      }
      if process.wasScanned { attachHostGroups(process) }
      process.wasScanned = false
    }
  }

  private func acquireByMonitors() {
    var asked: [(monitor: Int, vm: Machine, process: VMM)] = []
    for (_, process) in processes.sorted(by: { $0.key < $1.key }) {
      for vm in process.vms
      where vm.measured.isEmpty && vm.monitor == nil && !vm.monitorWasTried {
        vm.monitorWasTried = true
        // A monitor is of one machine; which one of several is not known.
        guard process.vms.count == 1, let path = monitorPath(of: process) else {
          remark(vm.source, "qmp: no -qmp socket on the command line of its process")
          continue
        }
        asked.append((monitors.open(path), vm, process))
      }
    }
    guard !asked.isEmpty else { return }
    let results = monitors.probeAll(
      asked.map(\.monitor), deadlineMilliseconds: Self.probeMilliseconds)
    for (entry, result) in zip(asked, results) {
      switch result {
      case .success(let topology):
        attach(topology, entry.monitor, entry.vm, entry.process)
      case .failure(let failure):
        let words = monitors.remark(entry.monitor) ?? "\(failure)"
        monitors.close(entry.monitor)
        remark(entry.vm.source, "qmp: \(words)")
        for source in [entry.vm.source] + entry.vm.vcpus.values {
          source.status = failure.status
        }
      }
    }
  }

  private func attach(
    _ topology: QMPTopology, _ monitor: Int, _ vm: Machine, _ process: VMM
  ) {
    vm.monitor = monitor
    vm.holds.append(.monitor(monitor))
    vm.source.labels["vmm"] = "\(process.facts.command) \(topology.version)"
    vm.source.labels["uuid"] = vm.source.labels["uuid"] ?? topology.uuid
    if let schema = topology.vm, !vm.hasVMStatistics {
      vm.hasVMStatistics = true
      vm.source.status = .up
      attach(
        "kvm", schema: schema, backing: monitors, token: monitors.vmToken(monitor),
        provenance: .qmp, to: vm.source, of: vm)
    }
    attachVCPUs(topology, monitor, vm, process)
  }

  private func attachVCPUs(
    _ topology: QMPTopology, _ monitor: Int, _ vm: Machine, _ process: VMM
  ) {
    guard let schema = topology.vcpu else { return }
    for vcpu in topology.vcpus where !vm.measured.contains(vcpu.index) {
      addVCPU(vcpu.index, to: vm)
      guard let source = vm.vcpus[vcpu.index] else { continue }
      vm.measured.insert(vcpu.index)
      source.status = .up
      attach(
        "kvm", schema: schema, backing: monitors,
        token: monitors.vcpuToken(monitor, vcpu.index), provenance: .qmp, to: source,
        of: vm)
      // QEMU's thread numbers are of its own PID namespace: only one of its threads is taken.
      let task = "\(roots.process(process.facts.pid))/task/\(vcpu.thread)"
      if (try? FileStatus(task)) != nil {
        attachThread(vcpu.thread, vcpu.index, vm, of: process)
      }
    }
  }

  private func takeMonitorChanges() {
    let changed = Set(monitors.takeChanges())
    guard !changed.isEmpty else { return }
    for (_, process) in processes {
      for vm in process.vms {
        guard let monitor = vm.monitor, changed.contains(monitor),
          let topology = monitors.topology(monitor)
        else { continue }
        attachVCPUs(topology, monitor, vm, process)
      }
    }
  }

  /// The socket of a process's monitor as this process can reach it.
  private func monitorPath(of process: VMM) -> String? {
    let pid = process.facts.pid
    if let path = options.monitors[pid] { return path }
    guard let address = QMPAddress.addresses(in: process.facts.arguments).first else { return nil }
    let directory = roots.process(pid)
    if !address.path.hasPrefix("/") { return "\(directory)/cwd/\(address.path)" }
    // A container or chroot(2) has another root: its own name for the socket is not ours.
    let isSameTree = ["ns/mnt", "root"].allSatisfy { name in
      (try? readLink("\(directory)/\(name)")) == (try? readLink("\(roots.proc)/self/\(name)"))
    }
    return isSameTree ? address.path : "\(directory)/root\(address.path)"
  }
}
