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
      for machine in process.machines where !machine.wasCompleted {
        machine.wasCompleted = true
        acquireByDebugFiles(machine, of: process)
      }
      if process.wasScanned { attachHostGroups(process) }
      process.wasScanned = false
    }
  }

  private func acquireByMonitors() {
    var asked: [(monitor: Int, machine: Machine, process: MachineProcess)] = []
    for (_, process) in processes.sorted(by: { $0.key < $1.key }) {
      for machine in process.machines
      where machine.measured.isEmpty && machine.monitor == nil && !machine.monitorWasTried {
        machine.monitorWasTried = true
        // A monitor is of one machine; which one of several is not known.
        guard process.machines.count == 1, let path = monitorPath(of: process) else {
          remark(machine.source, "qmp: no -qmp socket on the command line of its process")
          continue
        }
        asked.append((monitors.open(path), machine, process))
      }
    }
    guard !asked.isEmpty else { return }
    let results = monitors.probeAll(
      asked.map(\.monitor), deadlineMilliseconds: Self.probeMilliseconds)
    for (entry, result) in zip(asked, results) {
      switch result {
      case .success(let topology):
        attach(topology, entry.monitor, entry.machine, entry.process)
      case .failure(let failure):
        let words = monitors.remark(entry.monitor) ?? "\(failure)"
        monitors.close(entry.monitor)
        remark(entry.machine.source, "qmp: \(words)")
        for source in [entry.machine.source] + entry.machine.processors.values {
          source.status = failure.status
        }
      }
    }
  }

  private func attach(
    _ topology: QMPTopology, _ monitor: Int, _ machine: Machine, _ process: MachineProcess
  ) {
    machine.monitor = monitor
    machine.holds.append(.monitor(monitor))
    machine.source.labels["vmm"] = "\(process.facts.command) \(topology.version)"
    machine.source.labels["uuid"] = machine.source.labels["uuid"] ?? topology.uuid
    if let schema = topology.machine, !machine.hasMachineStatistics {
      machine.hasMachineStatistics = true
      machine.source.status = .up
      attach(
        "kvm", schema: schema, backing: monitors, token: monitors.vmToken(monitor),
        provenance: .qmp, to: machine.source, of: machine)
    }
    attachProcessors(topology, monitor, machine, process)
  }

  private func attachProcessors(
    _ topology: QMPTopology, _ monitor: Int, _ machine: Machine, _ process: MachineProcess
  ) {
    guard let schema = topology.processor else { return }
    for processor in topology.processors where !machine.measured.contains(processor.index) {
      addProcessor(processor.index, to: machine)
      guard let source = machine.processors[processor.index] else { continue }
      machine.measured.insert(processor.index)
      source.status = .up
      attach(
        "kvm", schema: schema, backing: monitors,
        token: monitors.vcpuToken(monitor, processor.index), provenance: .qmp, to: source,
        of: machine)
      // QEMU's thread numbers are of its own PID namespace: only one of its threads is taken.
      let task = "\(roots.process(process.facts.pid))/task/\(processor.thread)"
      if (try? FileStatus(task)) != nil {
        attachThread(processor.thread, processor.index, machine, of: process)
      }
    }
  }

  private func takeMonitorChanges() {
    let changed = Set(monitors.takeChanges())
    guard !changed.isEmpty else { return }
    for (_, process) in processes {
      for machine in process.machines {
        guard let monitor = machine.monitor, changed.contains(monitor),
          let topology = monitors.topology(monitor)
        else { continue }
        attachProcessors(topology, monitor, machine, process)
      }
    }
  }

  /// The socket of a process's monitor as this process can reach it.
  private func monitorPath(of process: MachineProcess) -> String? {
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
