import KVMGuests
package import KVMKernelReader
import KVMStatsFormat
import LinuxSystem

/// The requirements of the BPF tests.
package enum BPFHost {
  /// Whether the process may load programs and run a guest; does not test the programs.
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
