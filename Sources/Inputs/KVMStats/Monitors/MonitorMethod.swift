import LinuxSystem
import QEMUMonitor
import StatsInput
import StatsTree

/// Queries the QMP monitors of QEMU processes whose vCPUs no better method can read.
///
/// Needs QEMU 7.1 or later, and a QMP socket to which no other client is connected.
final class MonitorMethod: AccessMethod {
  static let summary = AccessMethodSummary(
    name: KVMInput.Method.qmp.rawValue, provenance: .qmp,
    requirement: "QEMU 7.1 or newer with a free QMP socket")

  /// The timeout for the first queries of all new monitors together.
  private static let probeTimeoutMilliseconds = 500

  private let sources: VMSources
  private let roots: SystemRoots
  /// The paths of sockets that the user specified, by the pid of their QEMU process.
  private let paths: [Int32: String]
  private let backing: QMPBacking
  /// The indices, in `backing`, of the monitors in use.
  private var monitors: [VirtualMachine: Int] = [:]
  /// The VMs whose monitor this method has tried to query.
  private var tried: Set<VirtualMachine> = []

  init(_ sources: VMSources, roots: SystemRoots, options: KVMInput.Options) {
    self.sources = sources
    self.roots = roots
    paths = options.monitors
    backing = QMPBacking(deadlineMilliseconds: options.monitorDeadlineMilliseconds)
  }

  func acquire(_ guests: [HostedVM]) {
    probe(
      guests.filter {
        $0.vm.measuredVCPUs.isEmpty && !$0.vmm.isSettling && monitors[$0.vm] == nil
          && !tried.contains($0.vm)
      })
    attachAddedVCPUs(of: guests)
  }

  func retry(_ guest: HostedVM) {
    tried.remove(guest.vm)
  }

  func release(_ guest: HostedVM) {
    tried.remove(guest.vm)
    if let monitor = monitors.removeValue(forKey: guest.vm) { backing.close(monitor) }
  }

  // MARK: - Probes

  private func probe(_ guests: [HostedVM]) {
    var probed: [(monitor: Int, guest: HostedVM)] = []
    for guest in guests {
      tried.insert(guest.vm)
      // A monitor describes one VM. If the process has several VMs, it is unknown which of them
      // that is.
      guard guest.isOnlyVM, let path = path(of: guest.vmm) else {
        guest.vm.source.diagnose(
          .qmp, "qmp: no -qmp socket on the command line of its process")
        continue
      }
      probed.append((backing.open(path), guest))
    }
    guard !probed.isEmpty else { return }
    let results = backing.probeAll(
      probed.map(\.monitor), deadlineMilliseconds: Self.probeTimeoutMilliseconds)
    for (entry, result) in zip(probed, results) {
      switch result {
      case .success(let topology): attach(topology, entry.monitor, entry.guest)
      case .failure(let error): report(error, entry.monitor, entry.guest.vm)
      }
    }
  }

  private func report(_ error: QMPError, _ monitor: Int, _ vm: VirtualMachine) {
    let text = backing.diagnostic(monitor) ?? "\(error)"
    backing.close(monitor)
    vm.source.diagnose(.qmp, "qmp: \(text)")
    for source in [vm.source] + vm.vcpus.values { source.status = error.status }
  }

  // MARK: - Groups

  private func attach(_ topology: QMPTopology, _ monitor: Int, _ guest: HostedVM) {
    let vm = guest.vm
    monitors[vm] = monitor
    vm.source.labels["vmm"] = "\(guest.vmm.info.command) \(topology.version)"
    vm.source.labels["uuid"] = vm.source.labels["uuid"] ?? topology.uuid
    if let schema = topology.vm, let source = sources.unmeasured(nil, of: vm) {
      sources.attachStatistics(
        AcquiredGroup(kvm: schema, backing, token: backing.vmToken(monitor), .qmp),
        to: source, vcpu: nil, of: vm)
    }
    attachVCPUs(topology, monitor, guest)
  }

  private func attachVCPUs(_ topology: QMPTopology, _ monitor: Int, _ guest: HostedVM) {
    let vm = guest.vm
    guard let schema = topology.vcpu else { return }
    for vcpu in topology.vcpus where !vm.measuredVCPUs.contains(vcpu.index) {
      guard let source = sources.unmeasured(vcpu.index, of: vm) else { continue }
      sources.attachStatistics(
        AcquiredGroup(
          kvm: schema, backing, token: backing.vcpuToken(monitor, vcpu.index), .qmp),
        to: source, vcpu: vcpu.index, of: vm)
      // The thread ids are valid in QEMU's PID namespace. Accept an id only if the process has such
      // a thread in this namespace.
      let task = "\(roots.process(guest.pid))/task/\(vcpu.thread)"
      if (try? FileStatus(task)) != nil {
        vm.reportedThreads[vcpu.index] = vcpu.thread
        vm.mayLackGroups = true
      }
    }
  }

  /// Attaches the groups of the vCPUs that were plugged in since the last call.
  private func attachAddedVCPUs(of guests: [HostedVM]) {
    let changed = Set(backing.takeChanges())
    guard !changed.isEmpty else { return }
    for guest in guests {
      guard let monitor = monitors[guest.vm], changed.contains(monitor),
        let topology = backing.topology(monitor)
      else { continue }
      attachVCPUs(topology, monitor, guest)
    }
  }

  // MARK: - Addresses

  /// Returns the path by which this process can reach the monitor socket of a VMM.
  private func path(of vmm: VMM) -> String? {
    let pid = vmm.info.pid
    if let path = paths[pid] { return path }
    guard let address = QMPAddress.addresses(in: vmm.info.arguments).first else { return nil }
    let directory = roots.process(pid)
    if !address.path.hasPrefix("/") { return "\(directory)/cwd/\(address.path)" }
    // In a container or after chroot(2), the path on the command line starts at another root
    // directory.
    let isSameTree = ["ns/mnt", "root"].allSatisfy { name in
      (try? readLink("\(directory)/\(name)")) == (try? readLink("\(roots.proc)/self/\(name)"))
    }
    return isSameTree ? address.path : "\(directory)/root\(address.path)"
  }
}
