import Glibc
import KVMKernelReader
import LinuxSystem
import ProcStats
import StatsTree

extension KVMInput {
  /// Looks at every process of the host.
  func scanAll() {
    // Each look says anew what it could not do.
    retract("process ", from: base)
    retract("handover: ", from: base)
    takeHandovers()
    // What failed before may work now.
    for process in processes.values where process.settlesAt == nil {
      for vm in process.vms { vm.mayTryAgain() }
    }
    let now = monotonicNanoseconds()
    let isThorough = now >= nextThoroughScan
    // Once in a while names are read as well: they do not depend on what BPF has learnt.
    if nextThoroughScan == 0 || !isThorough, scanByKernel() {
      if isThorough { nextThoroughScan = now + Self.thoroughScanSeconds * 1_000_000_000 }
      return
    }
    let pids: [Int32]
    do {
      pids = try directoryEntries(roots.proc).compactMap { Int32($0) }.sorted()
    } catch {
      // Not knowing who is there is no reason to let go of anybody.
      remark(base, "process list: \(error)\(Self.remedy(for: error))")
      return
    }
    if isThorough { nextThoroughScan = now + Self.thoroughScanSeconds * 1_000_000_000 }
    var counts: [Int32: Int] = [:]
    for pid in pids where pid != ownProcess {
      let count = descriptorCount(of: pid)
      counts[pid] = count
      // As many descriptors as last time are very likely the same ones; what failed may work now.
      let isTroubled = processes[pid]?.vms.contains { $0.source.status != .up } ?? false
      if isThorough || isTroubled || count == nil || count != descriptorCounts[pid] { scan(pid) }
    }
    descriptorCounts = counts
    let present = Set(pids)
    for pid in processes.keys.sorted() where !present.contains(pid) { forget(pid) }
  }

  /// How often every descriptor's name is read, whether or not their number changed.
  private static let thoroughScanSeconds: UInt64 = 60

  /// The number of descriptors that a process has open, where the kernel says it without listing
  /// them: Linux 6.2 and later.
  private func descriptorCount(of pid: Int32) -> Int? {
    guard isRealProc, let size = try? FileStatus("\(roots.process(pid))/fd").size, size > 0 else {
      return nil
    }
    return size
  }

  /// Looks at one process: its machines come, change and go.
  func scan(_ pid: Int32) {
    if let known = processes[pid] {
      if let ticks = VMMInfo.startTicks(of: pid, roots: roots), ticks != known.facts.startTicks {
        // The number was given to another process.
        forget(pid)
      } else if !known.handovers.isEmpty {
        known.wasScanned = true
        return
      }
    }
    let found: DescriptorScan
    do {
      found = try look(at: pid)
    } catch {
      switch error.code {
      case EACCES: scanFromOutside(pid)
      // It ended.
      case ENOENT, ESRCH: break
      default: remark(base, "process list: \(error)\(Self.remedy(for: error))")
      }
      return
    }
    update(pid, found.vms)
  }

  /// The descriptors of KVM that a process has.
  private func look(at pid: Int32) throws(SystemError) -> DescriptorScan {
    if isRealProc, options.rungs.contains(.bpf), case .success(let records) = kernel,
      !isNewWatcher(pid), let found = try? records.probe.walk(process: pid), !found.isEmpty
    {
      return DescriptorScan(found)
    }
    return try DescriptorScan(process: pid, roots: roots)
  }

  /// Lets a process's machines come, change and go, as they were seen.
  func update(_ pid: Int32, _ vms: [DescriptorScan.Machine]) {
    if vms.isEmpty {
      if processes[pid] != nil { forget(pid) }
      return
    }
    guard let process = process(pid) else { return }
    for vm in process.vms
    where !vms.contains(where: { vm.isSeen(as: $0) }) {
      process.vms.removeAll { $0 === vm }
      forget(vm, of: pid)
    }
    for (number, seen) in vms.enumerated() {
      let vm =
        process.vms.first { $0.isSeen(as: seen) }
        ?? add(
          process, number: number, descriptor: seen.descriptor, name: process.facts.vmName)
      if vms.count > 1 {
        remark(vm.source, "\(vms.count) machines in one process")
      }
      for vcpu in seen.vcpus.keys.sorted() { addVCPU(vcpu, to: vm) }
      vm.vcpuDescriptors = seen.vcpus
      vm.identity = vm.identity ?? seen.identity
      vm.threads = seen.threads
      acquireByDescriptors(vm, seen, of: process)
    }
    process.wasScanned = true
  }

  /// The process with its facts, watched for its end; nil where it is gone or cannot be.
  func process(_ pid: Int32) -> VMM? {
    if let known = processes[pid] { return known }
    let descriptor: ProcessDescriptor
    do {
      descriptor = try ProcessDescriptor(pid: pid)
    } catch {
      if error.code != ESRCH {
        remark(base, "process \(pid) holds VMs: \(error)\(Self.remedy(for: error))")
      }
      return nil
    }
    // Read after the descriptor was opened: the facts are of the process that it names.
    guard let facts = VMMInfo(pid: pid, roots: roots) else {
      // It ended, or there was no descriptor left to read its facts by.
      if (try? FileStatus(roots.process(pid))) != nil {
        let error = SystemError(call: "open", object: "\(roots.process(pid))/stat", code: EMFILE)
        remark(base, "process \(pid) holds VMs: \(error)\(Self.remedy(for: error))")
      }
      return nil
    }
    let process = VMM(facts: facts, descriptor: descriptor)
    if young[pid] != nil { process.settlesAt = monotonicNanoseconds() + Self.settlingTime }
    do {
      try watch(process)
    } catch {
      remark(base, "process \(pid) cannot be watched: \(error)\(Self.remedy(for: error))")
      return nil
    }
    processes[pid] = process
    return process
  }

  /// Adds a machine as a source with a name of its own.
  func add(
    _ process: VMM, number: Int, descriptor: CInt?, name: String?, uuid: String? = nil
  ) -> Machine {
    let facts = process.facts
    let given = name.flatMap { $0.isEmpty ? nil : $0 }
    var part = Tree.pathPart(given ?? "\(facts.pid)")
    if number > 0 { part += ".\(number + 1)" }
    var labels = ["pid": "\(facts.pid)", "vmm": facts.command]
    labels["uuid"] = uuid ?? facts.vmUUID
    labels["cgroup"] = ControlGroup(ofProcess: facts.pid, roots: roots)?.path
    let created = monotonicNanoseconds()
    // Equal names are told apart by what is unique.
    let candidates = [part, "\(part)~\(facts.pid)", "\(part)~\(facts.pid)~\(created)"]
    for candidate in candidates {
      guard
        let source = try? tree.add(
          candidate, below: base, keys: ["vm": candidate], labels: labels, created: created,
          owner: facts.owner)
      else { continue }
      let vm = Machine(source: source, descriptor: descriptor, in: tree)
      if process.settlesAt != nil { vm.waitForBetter() }
      process.vms.append(vm)
      count(vm, inControlGroup: labels["cgroup"])
      events.append(.appeared(path: source.path, pid: facts.pid))
      return vm
    }
    preconditionFailure("the same machine was added twice in one nanosecond")
  }

  func addVCPU(_ number: Int, to vm: Machine) {
    guard vm.vcpus[number] == nil else { return }
    vm.vcpus[number] = try? tree.add(
      "vcpu\(number)", below: vm.source, keys: ["vcpu": "\(number)"],
      created: monotonicNanoseconds(), owner: vm.source.owner)
  }

  /// A process whose descriptors may not be listed: its threads' names still tell a VMM.
  private func scanFromOutside(_ pid: Int32) {
    guard processes[pid] == nil else { return }
    let tasks = (try? directoryEntries("\(roots.process(pid))/task")) ?? []
    var threads: [Int: Int32] = [:]
    for task in tasks {
      guard let text = try? readText("\(roots.process(pid))/task/\(task)/comm"),
        let vcpu = ThreadMap.vcpu(ofThread: text.filter { $0 != "\n" }),
        // "vcpuN" alone is a name that anything may have.
        !text.hasPrefix("vcpu")
      else { continue }
      threads[vcpu] = Int32(task)
    }
    guard !threads.isEmpty, let process = process(pid) else { return }
    let vm = add(process, number: 0, descriptor: nil, name: process.facts.vmName)
    for (vcpu, thread) in threads.sorted(by: { $0.key < $1.key }) {
      addVCPU(vcpu, to: vm)
      vm.vcpus[vcpu]?.status = .denied(code: EACCES)
      attachThread(thread, vcpu, vm, of: process)
    }
    vm.source.status = .denied(code: EACCES)
    remark(
      vm.source,
      "the descriptors of process \(pid) may be listed by its owner, root and CAP_SYS_PTRACE only")
    if options.rungs.contains(.bpf), case .failure(let refusal) = kernel {
      remark(vm.source, "bpf: \(refusal)")
    }
    process.wasScanned = true
  }

  /// Says something for a person once, and no more than a person reads.
  func remark(_ source: Source, _ text: String) {
    guard source.remarks.count <= Self.mostRemarks, !source.remarks.contains(text) else { return }
    source.remarks.append(source.remarks.count < Self.mostRemarks ? text : Self.moreRemarks)
  }

  /// Takes back what begins so, because it is looked at again.
  func retract(_ beginning: String, from source: Source) {
    source.remarks.removeAll { $0.hasPrefix(beginning) || $0 == Self.moreRemarks }
  }

  /// What a person can do about a failure.
  static func remedy(for error: SystemError) -> String {
    switch error.code {
    case EPERM: "; run as root or with CAP_SYS_PTRACE"
    case EMFILE: "; this process may open no more descriptors: raise it with ulimit -n"
    case ENFILE: "; the system has no more descriptors: raise fs.file-max"
    default: ""
    }
  }
}
