import Glibc
import KVMStatsFormat
import LinuxSystem
import StatsTree

extension KVMInput {
  // MARK: - Descriptors

  /// Copies the statistics descriptors that the VMM keeps open.
  func acquireByDescriptors(
    _ machine: Machine, _ seen: DescriptorScan.Machine, of process: MachineProcess
  ) {
    guard options.rungs.contains(.pidfd) else { return }
    retract("pidfd_getfd", from: machine.source)
    if let number = seen.statistics, !machine.hasMachineStatistics {
      _ = copy(number, machine, of: process)
    }
    let missing = seen.processorStatistics.filter { !machine.measured.contains($0.key) }
    for (_, number) in missing.sorted(by: { $0.key < $1.key }) {
      guard copy(number, machine, of: process) else { return }
    }
    if seen.processorStatistics.isEmpty {
      remark(
        machine.source,
        "pidfd_getfd: \(process.facts.command) keeps no statistics descriptor open"
          + " (QEMU does since 8.1)")
    }
  }

  /// Copies one descriptor: false where no other can be had either.
  private func copy(_ number: CInt, _ machine: Machine, of process: MachineProcess) -> Bool {
    do {
      let file = try KVMStatsFile(
        reading: process.descriptor.copyDescriptor(number), schemas: &schemas)
      attach(file, to: machine, provenance: .pidfd)
      return true
    } catch let error as SystemError {
      // The VMM closed it meanwhile.
      if error.code == EBADF || error.code == ESRCH { return true }
      deny(machine, error)
      return false
    } catch {
      remark(machine.source, "pidfd_getfd: \(error)")
      return true
    }
  }

  /// Says of a machine what keeps its descriptors from being copied.
  func deny(_ machine: Machine, _ error: SystemError, prefix: String = "") {
    remark(machine.source, "\(prefix)\(error)\(Self.remedy(for: error))")
    for source in [machine.source] + machine.processors.values where source.groups.isEmpty {
      source.status = .denied(code: error.code)
    }
  }

  /// Gives a machine or one of its vCPUs the group of a statistics file.
  func attach(_ file: consuming KVMStatsFile, to machine: Machine, provenance: Provenance) {
    let (id, schema) = (file.id, file.schema)
    let target: Source
    if let processor = KVMStatsFile.processorNumber(inID: id) {
      addProcessor(processor, to: machine)
      guard let source = machine.processors[processor], !machine.measured.contains(processor)
      else { return }
      machine.measured.insert(processor)
      machine.ids[processor] = id
      target = source
    } else {
      guard !machine.hasMachineStatistics else { return }
      machine.hasMachineStatistics = true
      target = machine.source
    }
    let token = descriptors.open(file)
    machine.holds.append(.descriptor(token))
    attach(
      "kvm", schema: schema, backing: descriptors, token: token, provenance: provenance,
      to: target, of: machine)
    target.status = .up
  }

  // MARK: - Debugging files

  /// Opens what the kernel's debugging files have and no better way gave.
  func acquireByDebugFiles(_ machine: Machine, of process: MachineProcess) {
    guard options.rungs.contains(.debugfs), !machine.hasMachineStatistics,
      let number = machine.descriptor
    else { return }
    let pid = process.facts.pid
    let tasks = ThreadMap.tasks(of: pid, roots)
    guard let directory = ThreadMap.debugDirectory(of: number, pid, tasks, roots) else {
      remark(machine.source, "debugfs: no directory of this machine below \(roots.debugfs)/kvm")
      return
    }
    let opened = debugFiles.open(directory)
    if opened.closedCount > 0 {
      remark(
        machine.source,
        "debugfs: \(opened.closedCount) statistics are closed (\(SystemError.name(of: opened.code)))"
          + (opened.code == EPERM ? ", as lockdown does" : ""))
    }
    guard let token = opened.token else { return }
    machine.hasMachineStatistics = true
    machine.holds.append(.debugFiles(token))
    attach(
      "kvm", schema: opened.schema, backing: debugFiles, token: token, provenance: .debugfs,
      to: machine.source, of: machine)
  }
}
