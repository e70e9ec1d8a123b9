import KVMGuests
import LinuxSystem
import ProcStats

/// Runs four VMs as an exercise for `vitals doctor`.
///
/// One of the VMs gets too little CPU time.
struct StarvedDemo {
  /// The CPU time that the VMM of a busy guest uses per exit.
  private static let workNanoseconds: UInt64 = 1_000_000
  /// The names of the VMs.
  ///
  /// The names are neutral, so that they do not tell which VM is slow.
  private static let names = ["alder", "birch", "cedar", "rowan"]

  private let byQuota: Bool

  /// - Parameter byQuota: `true` if a CPU quota makes the VM slow; `false` if another VM on the
  ///   same CPU does.
  init(byQuota: Bool) {
    self.byQuota = byQuota
  }

  /// Runs the VMs for a duration, or until a signal.
  ///
  /// `text` is the duration as shown to the user.
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
    // A control group with processes cannot be removed, so end the processes first.
    fleet.stop()
    quota?.remove()
  }

  /// Returns the configurations of the VMs.
  ///
  /// The first configuration is that of the slow VM, the victim.
  private func configurations(_ names: [String]) throws -> [GuestProcessConfiguration] {
    let own = currentThread()
    let cpus = allowedCPUs(ofThread: own, process: currentProcess())
    guard let cpu = cpus?.max() else {
      throw CommandError(
        status: .foundWrong, text: "cannot read the CPU affinity of this process")
    }
    var busy = GuestConfiguration(payload: .portIO, pace: .unlimited)
    busy.workNanoseconds = Self.workNanoseconds
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

/// A control group that limits one process to a fifth of a CPU.
struct QuotaGroup {
  private let directory: String

  /// Creates the group below the root of the cgroup hierarchy (version 2 or 1), and adds a process.
  ///
  /// - Throws: `CommandError` if no control group is writable.
  init(of process: Int32) throws {
    let roots = SystemRoots()
    let name = "vitals-demo-\(currentProcess())"
    let isVersion2 = (try? readText("\(roots.sys)/fs/cgroup/cgroup.controllers")) != nil
    directory = "\(roots.sys)/fs/cgroup/\(isVersion2 ? "" : "cpu/")\(name)"
    do throws(SystemError) {
      try makeDirectory(directory)
      if isVersion2 {
        // Ignore an error here, because the controller might be enabled already. If the controller
        // is not enabled, the file cpu.max does not exist and the next write fails.
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
        status: error.isPermissionDenied ? .notPermitted : .foundWrong,
        text: "--quota needs a writable control group with the cpu controller: \(error)")
    }
  }

  /// Removes the group.
  ///
  /// - Precondition: the process has exited.
  func remove() {
    removeEmptyDirectory(directory)
  }

  private static func write(_ text: String, to path: String) throws(SystemError) {
    try Descriptor.open(path, for: .readWrite).write(Array(text.utf8))
  }
}
