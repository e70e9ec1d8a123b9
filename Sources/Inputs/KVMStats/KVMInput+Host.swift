import Glibc
import LinuxSystem
import ProcStats
import Statistics
import StatsTree

extension KVMInput {
  /// Gives a process's machines what the host always knows: threads, memory, cgroup, pressure.
  func attachHostGroups(_ process: VMM) {
    let pid = process.facts.pid
    for vm in process.vms {
      for (vcpu, thread) in vm.threads.sorted(by: { $0.key < $1.key }) {
        attachThread(thread, vcpu, vm, of: process)
      }
      let now = monotonicNanoseconds()
      if vm.vcpus.count > vm.threaded.count, now >= vm.nextThreadSearch {
        let map = ThreadMap(
          of: Set(vm.vcpus.keys).subtracting(vm.threaded), process: pid,
          vm: vm.descriptor, isOnly: process.vms.count == 1, ids: vm.ids,
          roots: roots)
        // A search looks at every thread; one without success takes a hundredth of the time.
        let end = monotonicNanoseconds()
        vm.nextThreadSearch = end + (end - now) * 100
        for (vcpu, thread) in map.threads.sorted(by: { $0.key < $1.key }) {
          attachThread(thread, vcpu, vm, of: process)
        }
      }
      if process.vms.count > 1 { detachMemory(vm) }
      guard vm.hostGroups.count < Self.hostGroupCount else { continue }
      attachMemory(vm, of: process)
      let group = ControlGroup(ofProcess: pid, roots: roots)
      attachTextFile("cgroup", group?.statFile, .keyed, vm)
      attachTextFile("pressure", group?.pressureFile, .pressure, vm)
    }
  }

  func attachThread(
    _ thread: Int32, _ vcpu: Int, _ vm: Machine, of process: VMM
  ) {
    guard let source = vm.vcpus[vcpu], !vm.threaded.contains(vcpu)
    else { return }
    do {
      let token = try threads.open(process: process.facts.pid, thread: thread)
      vm.threaded.insert(vcpu)
      vm.holds.append(.thread(token))
      source.labels["tid"] = "\(thread)"
      attach(
        "sched", schema: ThreadScheduleBacking.schema, backing: threads, token: token,
        provenance: .procfs, to: source, of: vm)
      attachEvents(thread, vcpu, vm, of: process)
    } catch {
      if error.code != ENOENT { remark(source, "\(error)\(Self.remedy(for: error))") }
    }
  }

  /// Those of a whole machine: memory, cgroup, pressure.
  private static let hostGroupCount = 3

  private func attachMemory(_ vm: Machine, of process: VMM) {
    attachOnce("memory", vm) { () throws(SystemError) in
      // What several machines have together is none's.
      guard process.vms.count == 1 else { return nil }
      let token = try memories.open(process: process.facts.pid)
      vm.holds.append(.memory(token))
      return HostGroup(
        schema: ProcessMemoryBacking.schema, backing: memories, token: token, provenance: .procfs)
    }
  }

  /// Takes the memory back that a machine had while it was its process's only one.
  private func detachMemory(_ vm: Machine) {
    guard let group = vm.source.groups.first(where: { $0.backing === memories }) else {
      return
    }
    tree.detach(group)
    memories.close(group.token)
    vm.holds.removeAll { if case .memory = $0 { true } else { false } }
  }

  /// A `path` of nil says that there is no such file, as without a control group.
  private func attachTextFile(
    _ name: String, _ path: String?, _ form: TextFileBacking.Form, _ vm: Machine
  ) {
    attachOnce(name, vm) { () throws(SystemError) in
      guard let path else { return nil }
      let (token, schema) = try textFiles.open(path, form)
      vm.holds.append(.textFile(token))
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
    _ name: String, _ vm: Machine, _ open: () throws(SystemError) -> HostGroup?
  ) {
    guard !vm.hostGroups.contains(name) else { return }
    let beginning = "\(name): "
    if vm.source.remarks.contains(where: { $0.hasPrefix(beginning) }) {
      retract(beginning, from: vm.source)
    }
    do throws(SystemError) {
      let group = try open()
      vm.hostGroups.insert(name)
      guard let group else { return }
      attach(
        name, schema: group.schema, backing: group.backing, token: group.token,
        provenance: group.provenance, to: vm.source, of: vm)
    } catch {
      // Version 1 of control groups has no pressure files.
      if error.code == ENOENT {
        vm.hostGroups.insert(name)
      } else {
        remark(vm.source, "\(beginning)\(error)\(Self.remedy(for: error))")
      }
    }
  }
}
