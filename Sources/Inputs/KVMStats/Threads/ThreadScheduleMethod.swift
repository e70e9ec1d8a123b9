import Glibc
import LinuxSystem
import ProcStats
import StatsInput
import StatsTree

/// Finds the threads of vCPUs, and reads how long each thread ran and how long it waited for a CPU
/// (proc(5)).
///
/// The method needs no privilege. It stores the found threads in `VirtualMachine.threads`.
final class ThreadScheduleMethod: AccessMethod {
  static let summary = AccessMethodSummary(
    name: nil, provenance: .procfs,
    requirement: "nothing")

  private struct State {
    var tokens: [Int] = []
    /// The time on CLOCK_MONOTONIC before which no search for missing threads of the VM begins.
    var nextSearch: UInt64 = 0
  }

  private let sources: VMSources
  private let roots: SystemRoots
  private let backing: ThreadScheduleBacking
  private var states: [VirtualMachine: State] = [:]

  init(_ sources: VMSources, roots: SystemRoots) {
    self.sources = sources
    self.roots = roots
    backing = ThreadScheduleBacking(roots: roots)
  }

  /// Returns the earliest time of the next search for threads of a VM, on CLOCK_MONOTONIC.
  func nextSearch(for vm: VirtualMachine) -> UInt64 { states[vm]?.nextSearch ?? 0 }

  func acquire(_ guests: [HostedVM]) {
    for guest in guests where guest.vm.mayLackGroups { acquire(guest) }
  }

  func release(_ guest: HostedVM) {
    for token in states.removeValue(forKey: guest.vm)?.tokens ?? [] { backing.close(token) }
  }

  private func acquire(_ guest: HostedVM) {
    let vm = guest.vm
    attach(vm.reportedThreads, of: guest)
    let begin = monotonicNanoseconds()
    guard vm.vcpus.count > vm.threads.count, begin >= nextSearch(for: vm) else { return }
    let map = ThreadMap(
      of: Set(vm.vcpus.keys).subtracting(vm.threads.keys), process: guest.pid,
      vm: vm.descriptor, isOnly: guest.isOnlyVM, ids: vm.statisticsIDs, roots: roots)
    // A search examines every thread. Pause for 100 times its duration, so that repeated searches
    // without success use at most a hundredth of the time.
    let end = monotonicNanoseconds()
    states[vm, default: State()].nextSearch = end + (end - begin) * 100
    attach(map.threads, of: guest)
  }

  private func attach(_ threads: [Int: Int32], of guest: HostedVM) {
    for (vcpu, thread) in threads.sorted(by: { $0.key < $1.key }) {
      attach(thread, vcpu, of: guest)
    }
  }

  private func attach(_ thread: Int32, _ vcpu: Int, of guest: HostedVM) {
    let vm = guest.vm
    guard let source = vm.vcpus[vcpu], vm.threads[vcpu] == nil else { return }
    do throws(SystemError) {
      let token = try backing.open(process: guest.pid, thread: thread)
      vm.threads[vcpu] = thread
      states[vm, default: State()].tokens.append(token)
      source.labels["tid"] = "\(thread)"
      sources.attach(
        AcquiredGroup(
          name: "sched", schema: ThreadScheduleBacking.schema, backing: backing, token: token,
          provenance: .procfs),
        to: source, of: vm)
    } catch {
      if error.code != ENOENT { source.diagnose(.files, "\(error)\(error.remedy)") }
    }
  }
}
