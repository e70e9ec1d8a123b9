import Glibc
import LinuxSystem
import StatsInput
import StatsTree

/// Reads the files of a VM in debugfs.
///
/// The method is the last resort for a VM that no better method can read.
///
/// Needs root. Under kernel lockdown, only files that nobody is allowed to write are readable.
final class DebugfsMethod: AccessMethod {
  static let summary = AccessMethodSummary(
    name: KVMInput.Method.debugfs.rawValue, provenance: .debugfs,
    requirement: "root, and no kernel lockdown; VM sums only")

  private let sources: VMSources
  private let roots: SystemRoots
  private let backing = DebugfsBacking()
  private var tokens: [VirtualMachine: Int] = [:]
  /// The VMs whose files this method has tried to open.
  private var tried: Set<VirtualMachine> = []

  init(_ sources: VMSources, roots: SystemRoots) {
    self.sources = sources
    self.roots = roots
  }

  func acquire(_ guests: [HostedVM]) {
    for guest in guests where !guest.vm.hasStatistics && !guest.vmm.isSettling {
      if tried.insert(guest.vm).inserted { acquire(guest) }
    }
  }

  func retry(_ guest: HostedVM) {
    tried.remove(guest.vm)
  }

  func release(_ guest: HostedVM) {
    tried.remove(guest.vm)
    if let token = tokens.removeValue(forKey: guest.vm) { backing.close(token) }
  }

  private func acquire(_ guest: HostedVM) {
    let vm = guest.vm
    guard let number = vm.descriptor else { return }
    let tasks = ThreadMap.tasks(of: guest.pid, roots)
    guard let directory = ThreadMap.debugDirectory(of: number, guest.pid, tasks, roots) else {
      vm.source.diagnose(
        .debugfs, "debugfs: no directory of this VM below \(roots.debugfs)/kvm")
      return
    }
    let opened = backing.open(directory)
    if opened.closedCount > 0 {
      vm.source.diagnose(
        .debugfs,
        "debugfs: \(opened.closedCount) statistics are closed"
          + " (\(SystemError.name(of: opened.code)))"
          + (opened.code == EPERM ? ", as lockdown does" : ""))
    }
    guard let token = opened.token else { return }
    tokens[vm] = token
    // The VM keeps the status that the better methods have set, because their values are still
    // missing.
    vm.hasStatistics = true
    sources.attach(
      AcquiredGroup(kvm: opened.schema, backing, token: token, .debugfs),
      to: vm.source, of: vm)
  }
}
