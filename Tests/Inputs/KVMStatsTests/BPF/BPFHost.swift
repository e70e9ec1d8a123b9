import HostStats
import KVMGuests
import LinuxSystem

@testable import KVMStats

/// What the tests of BPF need of the host.
enum BPFHost {
  /// Whether programs may be loaded, and there is something to read; not whether they work.
  static let isUsable = Guests.areUsable && (try? probing()) != nil

  private static func probing() throws {
    _ = try BPFArray(byteCount: 8, name: "vitals_test")
    _ = try FileStatus("/sys/kernel/btf/vmlinux")
    if let lockdown = try? readText("/sys/kernel/security/lockdown"),
      lockdown.contains("[confidentiality]")
    {
      throw BPFRefusal.lockdown
    }
  }

  static func probe() throws -> KernelProbe {
    var schemas = SchemaCache()
    return try KernelProbe(roots: SystemRoots(), schemas: &schemas)
  }
}
