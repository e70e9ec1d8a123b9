import KVMGuests
package import KVMKernelReader
import KVMStatsFormat
import LinuxSystem

/// What the tests of BPF need of the host.
package enum BPFHost {
  /// Whether programs may be loaded and a guest can run, not whether the programs work.
  package static let isUsable = GuestSupport.check() == .usable && (try? probing()) != nil

  private static func probing() throws {
    _ = try BPFArray(byteCount: 8, name: "vitals_test")
    _ = try FileStatus("/sys/kernel/btf/vmlinux")
    if let lockdown = try? readText("/sys/kernel/security/lockdown"),
      lockdown.contains("[confidentiality]")
    {
      throw BPFUnavailableError.lockdown
    }
  }

  package static func probe() throws -> KernelProbe {
    var schemas = SchemaCache()
    return try KernelProbe(roots: SystemRoots(), schemas: &schemas)
  }
}
