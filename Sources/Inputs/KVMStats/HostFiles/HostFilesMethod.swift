import Glibc
import LinuxSystem
import ProcStats
import StatsInput
import StatsTree

/// Reads what the host knows about any VM: the memory use of its process, and the CPU time and the
/// CPU pressure of its control group.
///
/// Needs no privilege.
final class HostFilesMethod: AccessMethod {
  static let summary = AccessMethodSummary(
    name: nil, provenance: .cgroup,
    requirement: "nothing")

  private struct State {
    /// The names of the groups that need no further attempt, because they are attached or do not
    /// exist on this host.
    var settled: Set<String> = []
    var memoryToken: Int?
    var textTokens: [Int] = []
  }

  /// The number of groups, which are memory, cgroup and pressure.
  private static let groupCount = 3

  private let sources: VMSources
  private let roots: SystemRoots
  private let memories: ProcessMemoryBacking
  private let textFiles = TextFileBacking()
  private var states: [VirtualMachine: State] = [:]

  init(_ sources: VMSources, roots: SystemRoots) {
    self.sources = sources
    self.roots = roots
    memories = ProcessMemoryBacking(roots: roots)
  }

  func acquire(_ guests: [HostedVM]) {
    for guest in guests where guest.vm.mayLackGroups {
      if !guest.isOnlyVM { detachMemory(of: guest.vm) }
      if (states[guest.vm]?.settled.count ?? 0) < Self.groupCount { acquire(guest) }
    }
  }

  func release(_ guest: HostedVM) {
    guard let state = states.removeValue(forKey: guest.vm) else { return }
    if let token = state.memoryToken { memories.close(token) }
    for token in state.textTokens { textFiles.close(token) }
  }

  private func acquire(_ guest: HostedVM) {
    attachMemory(of: guest)
    let group = ControlGroup(ofProcess: guest.pid, roots: roots)
    attachTextFile("cgroup", group?.statFile, .keyed, of: guest.vm)
    attachTextFile("pressure", group?.pressureFile, .pressure, of: guest.vm)
  }

  // MARK: - Memory

  private func attachMemory(of guest: HostedVM) {
    let vm = guest.vm
    attachOnce("memory", to: vm) { () throws(SystemError) in
      // If a process has several VMs, its memory use belongs to none of them alone.
      guard guest.isOnlyVM else { return nil }
      let token = try memories.open(process: guest.pid)
      states[vm, default: State()].memoryToken = token
      return AcquiredGroup(
        name: "memory", schema: ProcessMemoryBacking.schema, backing: memories, token: token,
        provenance: .procfs)
    }
  }

  /// Removes the memory group of a VM after another VM has appeared in its process.
  private func detachMemory(of vm: VirtualMachine) {
    guard let token = states[vm]?.memoryToken else { return }
    if let group = vm.source.groups.first(where: { $0.backing === memories }) {
      sources.tree.detach(group)
    }
    memories.close(token)
    states[vm]?.memoryToken = nil
  }

  // MARK: - Control group

  /// Attaches the group of a file.
  ///
  /// `path` is `nil` if there is no such file, for example without a control group.
  private func attachTextFile(
    _ name: String, _ path: String?, _ form: TextFileBacking.Form, of vm: VirtualMachine
  ) {
    attachOnce(name, to: vm) { () throws(SystemError) in
      guard let path else { return nil }
      let (token, schema) = try textFiles.open(path, form)
      states[vm, default: State()].textTokens.append(token)
      return AcquiredGroup(
        name: name, schema: schema, backing: textFiles, token: token, provenance: .cgroup)
    }
  }

  /// Attaches a group if it was not attached before.
  ///
  /// If an attempt fails, the next call tries again.
  ///
  /// `open` returns `nil` if this host does not have the group.
  private func attachOnce(
    _ name: String, to vm: VirtualMachine, _ open: () throws(SystemError) -> AcquiredGroup?
  ) {
    guard !(states[vm]?.settled.contains(name) ?? false) else { return }
    let topic = Diagnostic.Topic(rawValue: name)
    vm.source.clearDiagnostics(topic)
    do throws(SystemError) {
      let group = try open()
      states[vm, default: State()].settled.insert(name)
      if let group { sources.attach(group, to: vm.source, of: vm) }
    } catch {
      // ENOENT is expected: version 1 of control groups has no pressure files.
      if error.code == ENOENT {
        states[vm, default: State()].settled.insert(name)
      } else {
        vm.source.diagnose(topic, "\(name): \(error)\(error.remedy)")
      }
    }
  }
}
