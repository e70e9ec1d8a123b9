import KVMGuests
import LinuxSystem
import ProcStats

/// Virtual machines one of which gets too little of a CPU, to find out which and why.
struct StarvedDemo {
  /// How long the VMM of a busy guest works on each exit.
  private static let work: UInt64 = 1_000_000
  /// The names say nothing of what they do.
  private static let names = ["alder", "birch", "cedar", "rowan"]

  private let byQuota: Bool

  /// Starved by a neighbour on the same CPU, or by a quota of its own.
  init(byQuota: Bool) {
    self.byQuota = byQuota
  }

  /// Shows them until the time, or a signal.
  func run(for nanoseconds: UInt64, _ text: String) throws {
    let signals = try TerminationSignals()
    let names = Self.names.shuffled()
    let fleet = try GuestFleet(
      configurations(names), launcher: .currentProgram(leadingArguments: ["demo", "--", "hold"]))
    defer { fleet.stop() }
    let quota = byQuota ? try QuotaGroup(of: fleet.pids[0]) : nil
    for (name, pid) in zip(names, fleet.pids).sorted(by: { $0.0 < $1.0 }) {
      Console.print("kvm/\(name): process \(pid)")
    }
    Console.print(
      """
      One of these virtual machines is slow. Which one, and why?
      For \(text), or until Ctrl-C. In another terminal: vitals doctor
      """)
    _ = signals.wait(until: monotonicNanoseconds() + nanoseconds)
    // Its processes have to be gone before a group can be.
    fleet.stop()
    quota?.remove()
  }

  /// The victim first.
  private func configurations(_ names: [String]) throws -> [GuestProcessConfiguration] {
    let own = currentThread()
    let cpus = allowedCPUs(ofThread: own, process: currentProcess())
    guard let cpu = cpus?.max() else {
      throw CommandError(
        status: .foundWrong, text: "the CPUs that this process may use are not known")
    }
    var busy = GuestConfiguration(payload: .portIO, pace: .unlimited)
    busy.workNanoseconds = Self.work
    var victim = GuestProcessConfiguration(name: names[0], guest: busy)
    var second = GuestProcessConfiguration(
      name: names[1], guest: GuestConfiguration(payload: .portIO))
    if !byQuota {
      victim.cpu = cpu
      victim.niceness = 15
      second.guest = busy
      second.cpu = cpu
    }
    return [
      victim, second,
      GuestProcessConfiguration(
        name: names[2], guest: GuestConfiguration(payload: .haltTimer, vcpus: 2)),
      GuestProcessConfiguration(name: names[3], guest: GuestConfiguration(payload: .idle)),
    ]
  }
}

/// A control group whose only process may use a fifth of a CPU.
struct QuotaGroup {
  private let directory: String

  /// Makes the group below that of this process where it can, in version 2 or 1 of control groups.
  ///
  /// - Throws: `CommandError` where no control group is writable.
  init(of process: Int32) throws {
    let roots = SystemRoots()
    let name = "vitals-demo-\(currentProcess())"
    let isSecond = (try? readText("\(roots.sys)/fs/cgroup/cgroup.controllers")) != nil
    directory = "\(roots.sys)/fs/cgroup/\(isSecond ? "" : "cpu/")\(name)"
    do throws(SystemError) {
      try makeDirectory(directory)
      if isSecond {
        // It may be on already, or be another's to decide: then cpu.max tells.
        try? Self.write("+cpu", to: "\(roots.sys)/fs/cgroup/cgroup.subtree_control")
        try Self.write("20000 100000", to: "\(directory)/cpu.max")
      } else {
        try Self.write("100000", to: "\(directory)/cpu.cfs_period_us")
        try Self.write("20000", to: "\(directory)/cpu.cfs_quota_us")
      }
      try Self.write("\(process)", to: "\(directory)/cgroup.procs")
    } catch {
      removeEmptyDirectory(directory)
      throw CommandError(
        status: error.isPermission ? .notPermitted : .foundWrong,
        text: "--quota needs a writable control group with the cpu controller: \(error)")
    }
  }

  /// Removes the group, whose process has to be gone.
  func remove() {
    removeEmptyDirectory(directory)
  }

  private static func write(_ text: String, to path: String) throws(SystemError) {
    try Descriptor.open(path, for: .readWrite).write(Array(text.utf8))
  }
}
