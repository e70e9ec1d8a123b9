import Glibc
import KVMGuests
import LinuxSystem

/// Properties of the host that the tests depend on.
enum TestHost {
  static let hasGuests = GuestSupport.check() == .usable
  /// Whether KVM is based on PVM, where `io_exits` stays 0.
  static let isPVM = (try? directoryEntries("/sys/module/kvm_pvm")) != nil

  /// Whether KVM polls before it blocks a halted vCPU.
  static let pollsHalts =
    (try? readText("/sys/module/kvm/parameters/halt_poll_ns")).map { $0 != "0\n" } ?? false

  /// Returns the command of the stand-alone VMM, which is built into the directory of the tests.
  static func holder() throws -> Launcher {
    let tests = try readLink("/proc/self/exe")
    let folder = tests.prefix(through: tests.lastIndex(of: "/") ?? tests.startIndex)
    return Launcher(executable: folder + "guest-holder")
  }

  /// Returns the ids of the threads of this process that run vCPUs.
  static func vcpuThreads() throws -> [String] {
    try directoryEntries("/proc/self/task").filter {
      (try? readText("/proc/self/task/\($0)/comm"))?.hasSuffix("/KVM\n") == true
    }
  }

  /// Returns the names of the KVM descriptors of this process.
  static func kvmDescriptors() throws -> [String] {
    try directoryEntries("/proc/self/fd").compactMap {
      try? readLink("/proc/self/fd/\($0)")
    }.filter { $0.contains("kvm") }
  }

  /// Waits for a condition and checks it every millisecond.
  ///
  /// - Returns: `false` if the time ends first.
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

  /// Returns `true` if a process exists and is not a zombie.
  static func isAlive(_ pid: CInt) -> Bool {
    guard let status = try? readText("/proc/\(pid)/stat") else { return false }
    return !status.contains(") Z ")
  }
}
