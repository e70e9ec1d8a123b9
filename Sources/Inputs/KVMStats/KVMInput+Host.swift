import Glibc
import LinuxSystem
import ProcStats
import Statistics
import StatsTree

extension KVMInput {
  /// Gives a process's machines what the host always knows: threads, memory, cgroup, pressure.
  func attachHostGroups(_ process: MachineProcess) {
    let pid = process.facts.pid
    for machine in process.machines {
      for (processor, thread) in machine.threads.sorted(by: { $0.key < $1.key }) {
        attachThread(thread, processor, machine, of: process)
      }
      let now = monotonicNanoseconds()
      if machine.processors.count > machine.threaded.count, now >= machine.nextThreadSearch {
        let map = ThreadMap(
          of: Set(machine.processors.keys).subtracting(machine.threaded), process: pid,
          machine: machine.descriptor, isOnly: process.machines.count == 1, ids: machine.ids,
          roots: roots)
        // A search looks at every thread; one without success takes a hundredth of the time.
        let end = monotonicNanoseconds()
        machine.nextThreadSearch = end + (end - now) * 100
        for (processor, thread) in map.threads.sorted(by: { $0.key < $1.key }) {
          attachThread(thread, processor, machine, of: process)
        }
      }
      if process.machines.count > 1 { detachMemory(machine) }
      guard machine.hostGroups.count < Self.hostGroupCount else { continue }
      attachMemory(machine, of: process)
      let group = ControlGroup(ofProcess: pid, roots: roots)
      attachTextFile("cgroup", group?.statFile, .keyed, machine)
      attachTextFile("pressure", group?.pressureFile, .pressure, machine)
    }
  }

  func attachThread(
    _ thread: Int32, _ processor: Int, _ machine: Machine, of process: MachineProcess
  ) {
    guard let source = machine.processors[processor], !machine.threaded.contains(processor)
    else { return }
    do {
      let token = try threads.open(process: process.facts.pid, thread: thread)
      machine.threaded.insert(processor)
      machine.holds.append(.thread(token))
      source.labels["tid"] = "\(thread)"
      attach(
        "sched", schema: ThreadSchedule.schema, backing: threads, token: token,
        provenance: .procfs, to: source, of: machine)
      attachEvents(thread, processor, machine, of: process)
    } catch {
      if error.code != ENOENT { remark(source, "\(error)\(Self.remedy(for: error))") }
    }
  }

  /// Those of a whole machine: memory, cgroup, pressure.
  private static let hostGroupCount = 3

  private func attachMemory(_ machine: Machine, of process: MachineProcess) {
    attachOnce("memory", machine) { () throws(SystemError) in
      // What several machines have together is none's.
      guard process.machines.count == 1 else { return nil }
      let token = try memories.open(process: process.facts.pid)
      machine.holds.append(.memory(token))
      return HostGroup(
        schema: ProcessMemory.schema, backing: memories, token: token, provenance: .procfs)
    }
  }

  /// Takes the memory back that a machine had while it was its process's only one.
  private func detachMemory(_ machine: Machine) {
    guard let group = machine.source.groups.first(where: { $0.backing === memories }) else {
      return
    }
    tree.detach(group)
    memories.close(group.token)
    machine.holds.removeAll { if case .memory = $0 { true } else { false } }
  }

  /// A `path` of nil says that there is no such file, as without a control group.
  private func attachTextFile(
    _ name: String, _ path: String?, _ form: TextFiles.Form, _ machine: Machine
  ) {
    attachOnce(name, machine) { () throws(SystemError) in
      guard let path else { return nil }
      let (token, schema) = try textFiles.open(path, form)
      machine.holds.append(.textFile(token))
      return HostGroup(schema: schema, backing: textFiles, token: token, provenance: .cgroup)
    }
  }

  private struct HostGroup {
    let schema: Schema
    let backing: any Backing
    let token: Int
    let provenance: Provenance
  }

  /// Gives a machine a group of the host, unless it has it; what fails is tried again.
  ///
  /// `open` gives nil where there is no such group.
  private func attachOnce(
    _ name: String, _ machine: Machine, _ open: () throws(SystemError) -> HostGroup?
  ) {
    guard !machine.hostGroups.contains(name) else { return }
    let beginning = "\(name): "
    if machine.source.remarks.contains(where: { $0.hasPrefix(beginning) }) {
      retract(beginning, from: machine.source)
    }
    do throws(SystemError) {
      let group = try open()
      machine.hostGroups.insert(name)
      guard let group else { return }
      attach(
        name, schema: group.schema, backing: group.backing, token: group.token,
        provenance: group.provenance, to: machine.source, of: machine)
    } catch {
      // Version 1 of control groups has no pressure files.
      if error.code == ENOENT {
        machine.hostGroups.insert(name)
      } else {
        remark(machine.source, "\(beginning)\(error)\(Self.remedy(for: error))")
      }
    }
  }
}
