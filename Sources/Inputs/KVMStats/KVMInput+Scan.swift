import Glibc
import KVMKernelReader
import LinuxSystem
import StatsInput
import StatsTree

extension KVMInput {
  /// The interval of scans that read the name of every descriptor, even if the number of
  /// descriptors is unchanged.
  private static let thoroughScanSeconds: UInt64 = 60

  // MARK: - All processes

  /// Scans all processes of the host for VMs, and allows the access methods to repeat what failed.
  func scanAll() {
    sources.base.clearDiagnostics(.processes)
    sources.base.clearDiagnostics(.handover)
    handover?.discover { offer in try add(offer) }
    retryAll()
    let now = monotonicNanoseconds()
    let isThorough = now >= nextThoroughScan
    // Once a minute, the names of descriptors are read instead of asking the kernel reader, because
    // names do not depend on the layout that the kernel reader has learned.
    if nextThoroughScan == 0 || !isThorough, scanByKernel() {
      if isThorough { nextThoroughScan = now + Self.thoroughScanSeconds * 1_000_000_000 }
      return
    }
    let pids: [Int32]
    do {
      pids = try directoryEntries(roots.proc).compactMap { Int32($0) }.sorted()
    } catch {
      // An unreadable list does not prove that a VM has ended.
      reportIncomplete("process list: \(error)\(error.remedy)")
      return
    }
    if isThorough { nextThoroughScan = now + Self.thoroughScanSeconds * 1_000_000_000 }
    var counts: [Int32: Int] = [:]
    for pid in pids where pid != ownProcess {
      let count = descriptorCount(of: pid)
      counts[pid] = count
      // If the number of descriptors is unchanged, very likely the descriptors are the same. A
      // process with a VM that is not up is scanned in any case, because what failed before might
      // work now.
      let hasFailed = processes[pid]?.vms.contains { $0.source.status != .up } ?? false
      if isThorough || hasFailed || count == nil || count != descriptorCounts[pid] { scan(pid) }
    }
    descriptorCounts = counts
    let present = Set(pids)
    for pid in processes.keys.sorted() where !present.contains(pid) { forget(pid) }
  }

  /// Returns the number of open descriptors of a process without listing them (Linux 6.2 and
  /// later).
  private func descriptorCount(of pid: Int32) -> Int? {
    guard isRealProc, let size = try? FileStatus("\(roots.process(pid))/fd").size, size > 0 else {
      return nil
    }
    return size
  }

  /// Finds the VMs of the host with a BPF program that the kernel runs once for every open
  /// descriptor.
  ///
  /// - Returns: `false` if this is impossible or fails.
  private func scanByKernel() -> Bool {
    guard let kernelReader, isRealProc else { return false }
    let reader: KernelReaderBacking
    switch kernelReader.loadedReader() {
    case .success(let loaded): reader = loaded
    case .failure(let error):
      // Other errors are reported on each VM that needs the method. With this error no VM is
      // visible, so `kvm` gets the diagnostic.
      if error == .namespace { sources.base.diagnose(.bpf, "bpf: \(error)") }
      return false
    }
    guard let found = try? reader.probe.walk() else { return false }
    let byProcess = Dictionary(grouping: found, by: \.process)
    for pid in processes.keys.sorted() where byProcess[pid] == nil {
      if let vmm = processes[pid], !vmm.handsOver { forget(pid) }
    }
    for (pid, records) in byProcess.sorted(by: { $0.key < $1.key }) where pid != ownProcess {
      if isNewWatcher(pid) { continue }
      if !(processes[pid]?.handsOver ?? false) { update(pid, DescriptorScan(records).vms) }
    }
    return true
  }

  /// Returns whether a process is not known as a VMM and declares that it only observes VMs.
  ///
  /// An observer, such as another instance of Vitals, has a calibration VM for some milliseconds,
  /// from which it learns the layout of kernel structures. This VM must not be added to the tree.
  private func isNewWatcher(_ pid: Int32) -> Bool {
    guard processes[pid] == nil, let names = try? DescriptorScan(process: pid, roots: roots) else {
      return false
    }
    return names.isWatcher
  }

  // MARK: - One process

  /// Scans one process: adds, updates and removes its VMs.
  func scan(_ pid: Int32) {
    if let known = processes[pid] {
      if let ticks = VMMInfo.startTicks(of: pid, roots: roots), ticks != known.info.startTicks {
        // Another process now has this pid.
        forget(pid)
      } else if known.handsOver {
        for vm in known.vms { vm.mayLackGroups = true }
        return
      }
    }
    let found: DescriptorScan
    do {
      found = try descriptors(of: pid)
    } catch {
      switch error.code {
      case EACCES: scanByThreadNames(pid)
      // The process has ended.
      case ENOENT, ESRCH: break
      default: reportIncomplete("process list: \(error)\(error.remedy)")
      }
      return
    }
    update(pid, found.vms)
  }

  /// Returns the KVM descriptors of a process.
  private func descriptors(of pid: Int32) throws(SystemError) -> DescriptorScan {
    if isRealProc, case .success(let reader) = kernelReader?.reader, !isNewWatcher(pid),
      let found = try? reader.probe.walk(process: pid), !found.isEmpty
    {
      return DescriptorScan(found)
    }
    return try DescriptorScan(process: pid, roots: roots)
  }

  /// Adds, updates and removes the VMs of a process according to a scan.
  private func update(_ pid: Int32, _ scanned: [ScannedVM]) {
    if scanned.isEmpty {
      if processes[pid] != nil { forget(pid) }
      return
    }
    guard let vmm = process(pid) else { return }
    for vm in vmm.vms where !scanned.contains(where: { vm.matches($0) }) {
      vmm.vms.removeAll { $0 === vm }
      forget(vm, of: vmm)
    }
    for (number, scan) in scanned.enumerated() {
      let vm =
        vmm.vms.first { $0.matches(scan) }
        ?? add(vmm, number: number, descriptor: scan.descriptor, name: vmm.info.vmName)
      if scanned.count > 1 {
        vm.source.diagnose(.vmCount, "\(scanned.count) VMs in one process")
      }
      for vcpu in scan.vcpus.keys.sorted() { sources.addVCPU(vcpu, to: vm) }
      vm.scan = scan
      vm.identity = vm.identity ?? scan.identity
      vm.reportedThreads = scan.threads
      vm.mayLackGroups = true
    }
  }

  /// Recognizes a VMM by the names of its threads.
  ///
  /// Call this if the descriptors of the process cannot be listed for lack of permission.
  private func scanByThreadNames(_ pid: Int32) {
    guard processes[pid] == nil else { return }
    let tasks = (try? directoryEntries("\(roots.process(pid))/task")) ?? []
    var threads: [Int: Int32] = [:]
    for task in tasks {
      guard let text = try? readText("\(roots.process(pid))/task/\(task)/comm"),
        let vcpu = ThreadMap.vcpu(ofThread: text.filter { $0 != "\n" }),
        // Ignore the name "vcpuN", because any program might give it to a thread.
        !text.hasPrefix("vcpu")
      else { continue }
      threads[vcpu] = Int32(task)
    }
    guard !threads.isEmpty, let vmm = process(pid) else { return }
    let vm = add(vmm, number: 0, descriptor: nil, name: vmm.info.vmName)
    for vcpu in threads.keys.sorted() {
      sources.addVCPU(vcpu, to: vm)
      vm.vcpus[vcpu]?.status = .denied(code: EACCES)
    }
    vm.reportedThreads = threads
    vm.source.status = .denied(code: EACCES)
    vm.source.diagnose(
      .descriptors,
      "the descriptors of process \(pid) may be listed by its owner, root and CAP_SYS_PTRACE only"
    )
    if case .failure(let error) = kernelReader?.reader {
      vm.source.diagnose(.bpf, "bpf: \(error)")
    }
  }
}
