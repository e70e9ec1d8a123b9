import Glibc
import KVMStatsFormat
import LinuxSystem
import StatsTree

extension KVMInput {
  // MARK: - Descriptors

  /// Copies the statistics descriptors that the VMM keeps open.
  func acquireByDescriptors(
    _ vm: Machine, _ seen: DescriptorScan.Machine, of process: VMM
  ) {
    guard options.rungs.contains(.pidfd) else { return }
    retract("pidfd_getfd", from: vm.source)
    if let number = seen.statistics, !vm.hasVMStatistics {
      _ = copy(number, vm, of: process)
    }
    let missing = seen.vcpuStatistics.filter { !vm.measured.contains($0.key) }
    for (_, number) in missing.sorted(by: { $0.key < $1.key }) {
      guard copy(number, vm, of: process) else { return }
    }
    if seen.vcpuStatistics.isEmpty {
      remark(
        vm.source,
        "pidfd_getfd: \(process.facts.command) keeps no statistics descriptor open"
          + " (QEMU does since 8.1)")
    }
  }

  /// Copies one descriptor: false where no other can be had either.
  private func copy(_ number: CInt, _ vm: Machine, of process: VMM) -> Bool {
    do {
      let file = try KVMStatsFile(
        reading: process.descriptor.copyDescriptor(number), schemas: &schemas)
      attach(file, to: vm, provenance: .pidfd)
      return true
    } catch let error as SystemError {
      // The VMM closed it meanwhile.
      if error.code == EBADF || error.code == ESRCH { return true }
      deny(vm, error)
      return false
    } catch {
      remark(vm.source, "pidfd_getfd: \(error)")
      return true
    }
  }

  /// Says of a machine what keeps its descriptors from being copied.
  func deny(_ vm: Machine, _ error: SystemError, prefix: String = "") {
    remark(vm.source, "\(prefix)\(error)\(Self.remedy(for: error))")
    for source in [vm.source] + vm.vcpus.values where source.groups.isEmpty {
      source.status = .denied(code: error.code)
    }
  }

  /// Gives a machine or one of its vCPUs the group of a statistics file.
  func attach(_ file: consuming KVMStatsFile, to vm: Machine, provenance: Provenance) {
    let (id, schema) = (file.id, file.schema)
    let target: Source
    if let vcpu = KVMStatsFile.vcpuNumber(inID: id) {
      addVCPU(vcpu, to: vm)
      guard let source = vm.vcpus[vcpu], !vm.measured.contains(vcpu)
      else { return }
      vm.measured.insert(vcpu)
      vm.ids[vcpu] = id
      target = source
    } else {
      guard !vm.hasVMStatistics else { return }
      vm.hasVMStatistics = true
      target = vm.source
    }
    let token = descriptors.open(file)
    vm.holds.append(.descriptor(token))
    attach(
      "kvm", schema: schema, backing: descriptors, token: token, provenance: provenance,
      to: target, of: vm)
    target.status = .up
  }

  // MARK: - Debugging files

  /// Opens what the kernel's debugging files have and no better way gave.
  func acquireByDebugFiles(_ vm: Machine, of process: VMM) {
    guard options.rungs.contains(.debugfs), !vm.hasVMStatistics,
      let number = vm.descriptor
    else { return }
    let pid = process.facts.pid
    let tasks = ThreadMap.tasks(of: pid, roots)
    guard let directory = ThreadMap.debugDirectory(of: number, pid, tasks, roots) else {
      remark(vm.source, "debugfs: no directory of this machine below \(roots.debugfs)/kvm")
      return
    }
    let opened = debugFiles.open(directory)
    if opened.closedCount > 0 {
      remark(
        vm.source,
        "debugfs: \(opened.closedCount) statistics are closed (\(SystemError.name(of: opened.code)))"
          + (opened.code == EPERM ? ", as lockdown does" : ""))
    }
    guard let token = opened.token else { return }
    vm.hasVMStatistics = true
    vm.holds.append(.debugFiles(token))
    attach(
      "kvm", schema: opened.schema, backing: debugFiles, token: token, provenance: .debugfs,
      to: vm.source, of: vm)
  }
}
