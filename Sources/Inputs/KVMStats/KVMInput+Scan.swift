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
      for machine in process.machines { machine.mayTryAgain() }
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
      let isTroubled = processes[pid]?.machines.contains { $0.source.status != .up } ?? false
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
      if let ticks = VMMProcess.startTicks(of: pid, roots: roots), ticks != known.facts.startTicks {
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
    update(pid, found.machines)
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
  func update(_ pid: Int32, _ machines: [DescriptorScan.Machine]) {
    if machines.isEmpty {
      if processes[pid] != nil { forget(pid) }
      return
    }
    guard let process = process(pid) else { return }
    for machine in process.machines
    where !machines.contains(where: { machine.isSeen(as: $0) }) {
      process.machines.removeAll { $0 === machine }
      forget(machine, of: pid)
    }
    for (number, seen) in machines.enumerated() {
      let machine =
        process.machines.first { $0.isSeen(as: seen) }
        ?? add(
          process, number: number, descriptor: seen.descriptor, name: process.facts.machineName)
      if machines.count > 1 {
        remark(machine.source, "\(machines.count) machines in one process")
      }
      for processor in seen.processors.keys.sorted() { addProcessor(processor, to: machine) }
      machine.processorDescriptors = seen.processors
      machine.identity = machine.identity ?? seen.identity
      machine.threads = seen.threads
      acquireByDescriptors(machine, seen, of: process)
    }
    process.wasScanned = true
  }

  /// The process with its facts, watched for its end; nil where it is gone or cannot be.
  func process(_ pid: Int32) -> MachineProcess? {
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
    guard let facts = VMMProcess(pid: pid, roots: roots) else {
      // It ended, or there was no descriptor left to read its facts by.
      if (try? FileStatus(roots.process(pid))) != nil {
        let error = SystemError(call: "open", object: "\(roots.process(pid))/stat", code: EMFILE)
        remark(base, "process \(pid) holds VMs: \(error)\(Self.remedy(for: error))")
      }
      return nil
    }
    let process = MachineProcess(facts: facts, descriptor: descriptor)
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
    _ process: MachineProcess, number: Int, descriptor: CInt?, name: String?, uuid: String? = nil
  ) -> Machine {
    let facts = process.facts
    let given = name.flatMap { $0.isEmpty ? nil : $0 }
    var part = Tree.pathPart(given ?? "\(facts.pid)")
    if number > 0 { part += ".\(number + 1)" }
    var labels = ["pid": "\(facts.pid)", "vmm": facts.command]
    labels["uuid"] = uuid ?? facts.machineUUID
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
      let machine = Machine(source: source, descriptor: descriptor, in: tree)
      if process.settlesAt != nil { machine.waitForBetter() }
      process.machines.append(machine)
      count(machine, inControlGroup: labels["cgroup"])
      events.append(.appeared(path: source.path, pid: facts.pid))
      return machine
    }
    preconditionFailure("the same machine was added twice in one nanosecond")
  }

  func addProcessor(_ number: Int, to machine: Machine) {
    guard machine.processors[number] == nil else { return }
    machine.processors[number] = try? tree.add(
      "vcpu\(number)", below: machine.source, keys: ["vcpu": "\(number)"],
      created: monotonicNanoseconds(), owner: machine.source.owner)
  }

  /// A process whose descriptors may not be listed: its threads' names still tell a VMM.
  private func scanFromOutside(_ pid: Int32) {
    guard processes[pid] == nil else { return }
    let tasks = (try? directoryEntries("\(roots.process(pid))/task")) ?? []
    var threads: [Int: Int32] = [:]
    for task in tasks {
      guard let text = try? readText("\(roots.process(pid))/task/\(task)/comm"),
        let processor = ThreadMap.processor(ofThread: text.filter { $0 != "\n" }),
        // "vcpuN" alone is a name that anything may have.
        !text.hasPrefix("vcpu")
      else { continue }
      threads[processor] = Int32(task)
    }
    guard !threads.isEmpty, let process = process(pid) else { return }
    let machine = add(process, number: 0, descriptor: nil, name: process.facts.machineName)
    for (processor, thread) in threads.sorted(by: { $0.key < $1.key }) {
      addProcessor(processor, to: machine)
      machine.processors[processor]?.status = .denied(code: EACCES)
      attachThread(thread, processor, machine, of: process)
    }
    machine.source.status = .denied(code: EACCES)
    remark(
      machine.source,
      "the descriptors of process \(pid) may be listed by its owner, root and CAP_SYS_PTRACE only")
    if options.rungs.contains(.bpf), case .failure(let refusal) = kernel {
      remark(machine.source, "bpf: \(refusal)")
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
