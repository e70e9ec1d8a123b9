import Glibc
import HostStats
import LinuxSystem
import StatsTree

extension KVMInput {
  /// Looks at every process of the host.
  func scanAll() {
    takeHandovers()
    // What failed before may work now.
    for process in processes.values {
      for machine in process.machines { machine.mayTryAgain() }
    }
    let pids = ((try? directoryEntries(roots.proc)) ?? []).compactMap { Int32($0) }.sorted()
    let own = getpid()
    for pid in pids where pid != own { scan(pid) }
    let present = Set(pids)
    for pid in processes.keys.sorted() where !present.contains(pid) { forget(pid) }
  }

  /// Looks at one process: its machines come, change and go.
  func scan(_ pid: Int32) {
    if let known = processes[pid] {
      if known.facts.startTicks != VMMProcess.startTicks(of: pid, roots: roots) {
        // The number was given to another process.
        forget(pid)
      } else if !known.handovers.isEmpty {
        known.wasScanned = true
        return
      }
    }
    let found: DescriptorScan
    do {
      found = try DescriptorScan(process: pid, roots: roots)
    } catch {
      if error.code == EACCES { scanFromOutside(pid) }
      return
    }
    if found.machines.isEmpty {
      if processes[pid] != nil { forget(pid) }
      return
    }
    guard let process = process(pid) else { return }
    for machine in process.machines
    where !found.machines.contains(where: { $0.descriptor == machine.descriptor }) {
      process.machines.removeAll { $0 === machine }
      forget(machine, of: pid)
    }
    for (number, seen) in found.machines.enumerated() {
      let machine =
        process.machines.first { $0.descriptor == seen.descriptor }
        ?? add(
          process, number: number, descriptor: seen.descriptor, name: process.facts.machineName)
      if found.machines.count > 1 {
        remark(machine.source, "\(found.machines.count) machines in one process")
      }
      for processor in seen.processors.sorted() { addProcessor(processor, to: machine) }
      acquireByDescriptors(machine, seen, of: process)
    }
    process.wasScanned = true
  }

  /// The process with its facts, watched for its end; nil where it is gone or cannot be.
  func process(_ pid: Int32) -> MachineProcess? {
    if let known = processes[pid] { return known }
    guard let descriptor = try? ProcessDescriptor(pid: pid) else { return nil }
    // Read after the descriptor was opened: the facts are of the process that it names.
    guard let facts = VMMProcess(pid: pid, roots: roots) else { return nil }
    let process = MachineProcess(facts: facts, descriptor: descriptor)
    do {
      try watch(process)
    } catch {
      remark(base, "process \(pid) cannot be watched: \(error)")
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
    var part = VMMProcess.pathPart(name ?? "\(facts.pid)")
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
      let machine = Machine(source: source, descriptor: descriptor)
      process.machines.append(machine)
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
    process.wasScanned = true
  }

  /// Says something for a person once.
  func remark(_ source: Source, _ text: String) {
    if !source.remarks.contains(text) { source.remarks.append(text) }
  }
}
