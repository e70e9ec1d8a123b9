import Glibc
import KVMGuests
import LinuxSystem

/// What the tests ask of the host.
enum Host {
  static let hasGuests = GuestSupport.check() == .usable
  /// Where `io_exits` stays 0.
  static let isPVM = (try? directoryEntries("/sys/module/kvm_pvm")) != nil

  /// Whether KVM polls for a while before it blocks a halted vCPU.
  static let pollsHalts =
    (try? readText("/sys/module/kvm/parameters/halt_poll_ns")).map { $0 != "0\n" } ?? false

  /// The stand-alone VMM, built beside the tests.
  static func holder() throws -> Launcher {
    let tests = try readLink("/proc/self/exe")
    let folder = tests.prefix(through: tests.lastIndex(of: "/") ?? tests.startIndex)
    return Launcher(executable: folder + "guest-holder")
  }

  /// The numbers of this process's threads that run vCPUs.
  static func vcpuThreads() throws -> [String] {
    try directoryEntries("/proc/self/task").filter {
      (try? readText("/proc/self/task/\($0)/comm"))?.hasSuffix("/KVM\n") == true
    }
  }

  /// This process's descriptors of KVM.
  static func kvmDescriptors() throws -> [String] {
    try directoryEntries("/proc/self/fd").compactMap {
      try? readLink("/proc/self/fd/\($0)")
    }.filter { $0.contains("kvm") }
  }

  /// Whether `condition` holds within the time, looked at every millisecond.
  static func waits(
    seconds: Double = 5, for condition: () throws -> Bool
  ) rethrows -> Bool {
    let end = monotonicNanoseconds() + UInt64(seconds * 1e9)
    while try !condition() {
      if monotonicNanoseconds() >= end { return false }
      sleepNanoseconds(1_000_000)
    }
    return true
  }

  /// Whether a process is there and no zombie.
  static func isAlive(_ pid: CInt) -> Bool {
    guard let status = try? readText("/proc/\(pid)/stat") else { return false }
    return !status.contains(") Z ")
  }
}
