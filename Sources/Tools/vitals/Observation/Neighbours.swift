import LinuxSystem
import ProcStats
import StatsTree

/// Who ran on the CPUs of a thread that waited for one, in the same window.
struct Neighbours {
  /// A process that ran there.
  struct Neighbour {
    /// The virtual machine, or the process's command.
    let name: String
    let process: Int32
    /// Of the time of one CPU.
    let share: Double
  }

  /// The CPUs that the thread may use.
  let cpus: Set<Int>
  /// The greatest first; empty where nobody was seen there for long.
  let all: [Neighbour]

  /// Such as `1`, or `0-3`.
  var cpuText: String {
    var ranges: [ClosedRange<Int>] = []
    for number in cpus.sorted() {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}

extension Neighbours {
  /// The most that are told of one victim.
  private static let most = 3
  /// A smaller share of one CPU than this explains nothing.
  private static let least = 0.05

  /// The neighbours of a vCPU; nil where its thread is not known.
  init?(
    of source: Source, _ use: CPUUsage, over nanoseconds: UInt64, vms: [Int32: String],
    roots: SystemRoots
  ) {
    guard nanoseconds > 0, let thread = source.labels["tid"].flatMap({ Int32($0) }),
      let process = source.parent?.labels["pid"].flatMap({ Int32($0) }),
      let allowed = allowedCPUs(ofThread: thread, process: process, roots: roots)
    else { return nil }
    cpus = allowed
    all = use.users(of: allowed, but: thread).prefix(Self.most).compactMap { user in
      let share = Double(user.nanoseconds) / Double(nanoseconds)
      guard share >= Self.least else { return nil }
      var name = vms[user.process]
      if user.process == process { name = "its own VM's other threads" }
      return Neighbour(
        name: name ?? use.command(ofProcess: user.process) ?? "a process",
        process: user.process, share: share)
    }
  }
}

extension Tree {
  /// The paths of virtual machines by their process.
  var vmsByProcess: [Int32: String] {
    var vms: [Int32: String] = [:]
    for vm in root.child("kvm")?.children ?? [] {
      guard let process = vm.labels["pid"].flatMap({ Int32($0) }) else { continue }
      vms[process] = vms[process].map { "\($0), \(vm.path)" } ?? vm.path
    }
    return vms
  }
}
