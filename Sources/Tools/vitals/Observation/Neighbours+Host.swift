import LinuxSystem
import ProcStats
import StatsText
import StatsTree

extension Neighbours {
  /// The maximum number of neighbours of one vCPU.
  private static let maximumCount = 3
  /// The smallest share of the time of one CPU that makes a process a neighbour.
  private static let minimumShare = 0.05

  /// Finds the neighbours of a vCPU: the processes that used the CPUs on which the vCPU is allowed
  /// to run.
  ///
  /// The result is `nil` if the thread of the vCPU is unknown.
  init?(
    of source: Source, _ use: CPUUsage, over nanoseconds: UInt64, vms: [Int32: String],
    roots: SystemRoots
  ) {
    guard nanoseconds > 0, let thread = source.labels["tid"].flatMap({ Int32($0) }),
      let process = source.parent?.labels["pid"].flatMap({ Int32($0) }),
      let allowed = allowedCPUs(ofThread: thread, process: process, roots: roots)
    else { return nil }
    let all: [Neighbour] = use.users(of: allowed, but: thread).prefix(Self.maximumCount).compactMap
    { user in
      let share = Double(user.nanoseconds) / Double(nanoseconds)
      guard share >= Self.minimumShare else { return nil }
      var name = vms[user.process]
      if user.process == process { name = "other threads of the same VM" }
      return Neighbour(
        name: name ?? use.command(ofProcess: user.process) ?? "unknown",
        process: user.process, share: share)
    }
    self.init(cpus: allowed, all: all)
  }
}

extension Tree {
  /// The paths of VMs by process ID.
  var vmsByProcess: [Int32: String] {
    var vms: [Int32: String] = [:]
    root.visit { vm in
      guard vm.role == .vm, let process = vm.labels["pid"].flatMap({ Int32($0) }) else { return }
      vms[process] = vms[process].map { "\($0), \(vm.path)" } ?? vm.path
    }
    return vms
  }
}
