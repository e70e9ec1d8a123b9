public import Statistics

/// Describes a VM, as reported by its QEMU monitor.
public struct QMPTopology: Hashable, Sendable {
  /// The version of QEMU, such as `7.2.22`.
  public internal(set) var version: String
  /// The name of the VM (`-name`), if it has one.
  public internal(set) var name: String?
  /// The UUID of the VM, if it has one.
  public internal(set) var uuid: String?
  /// The schema of the statistics of the VM, if there are any.
  public internal(set) var vm: Schema?
  /// The schema of the statistics of each vCPU, if there are any.
  public internal(set) var vcpu: Schema?
  /// The vCPUs, sorted by index.
  public internal(set) var vcpus: [QMPVCPU]
}
