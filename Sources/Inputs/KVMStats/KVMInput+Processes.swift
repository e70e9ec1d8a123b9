import Glibc
import LinuxSystem
import ProcStats
import StatsInput
import StatsTree

extension KVMInput {
  /// Returns the VMM with this pid.
  ///
  /// If the process is new, starts to watch for its end.
  ///
  /// - Returns: `nil` if the process has ended or cannot be watched.
  func process(_ pid: Int32) -> VMM? {
    if let known = processes[pid] { return known }
    let descriptor: ProcessDescriptor
    do {
      descriptor = try ProcessDescriptor(pid: pid)
    } catch {
      if error.code != ESRCH {
        reportIncomplete("process \(pid) holds VMs: \(error)\(error.remedy)")
      }
      return nil
    }
    // Read the files after the descriptor was opened, so that both describe the same process.
    guard let info = VMMInfo(pid: pid, roots: roots) else {
      // The process has ended, or this process has no free descriptor for reading the files.
      if (try? FileStatus(roots.process(pid))) != nil {
        let error = SystemError(call: "open", object: "\(roots.process(pid))/stat", code: EMFILE)
        reportIncomplete("process \(pid) holds VMs: \(error)\(error.remedy)")
      }
      return nil
    }
    let vmm = VMM(info: info, descriptor: descriptor)
    if announced[pid] != nil { vmm.settlesAt = monotonicNanoseconds() + Self.settlingTime }
    do {
      try watch(vmm)
    } catch {
      reportIncomplete("process \(pid) cannot be watched: \(error)\(error.remedy)")
      return nil
    }
    processes[pid] = vmm
    return vmm
  }

  /// Adds a VM to a process.
  func add(
    _ vmm: VMM, number: Int, descriptor: CInt?, name: String?, uuid: String? = nil
  ) -> VirtualMachine {
    let pid = vmm.info.pid
    let vm = sources.add(
      to: vmm, number: number, descriptor: descriptor, name: name, uuid: uuid,
      controlGroup: ControlGroup(ofProcess: pid, roots: roots)?.path)
    events.append(.appeared(path: vm.source.path, .process(pid)))
    return vm
  }

  /// Adds the VM of an offer: a VMM hands over the descriptors of this VM.
  ///
  /// - Returns: `nil` if the offer comes from this process.
  func add(_ offer: HandoverOffer) throws(SystemError) -> VirtualMachine? {
    guard let pid = offer.pid else {
      throw SystemError(
        call: "SO_PEERCRED", object: "a process of another PID namespace", code: ESRCH)
    }
    if pid == ownProcess { return nil }
    // A scan might have found the process before its socket existed. The VM of the offer replaces
    // the VMs that the scan found.
    if let known = processes[pid], !known.handsOver { forget(pid) }
    guard let vmm = process(pid) else {
      throw SystemError(call: "pidfd_open", object: "process \(pid)", code: ESRCH)
    }
    vmm.handsOver = true
    let scanned = (try? DescriptorScan(process: pid, roots: roots))?.vms ?? []
    return add(
      vmm, number: 0, descriptor: scanned.count == 1 ? scanned[0].descriptor : nil,
      name: offer.fields["name"] ?? vmm.info.vmName, uuid: offer.fields["uuid"])
  }

  /// Reports that this input might have missed VMs.
  func reportIncomplete(_ text: String) {
    sources.base.diagnose(.processes, text, isDiscoveryIncomplete: true)
  }
}
