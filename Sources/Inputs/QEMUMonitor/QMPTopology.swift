public import Statistics

/// What a QEMU monitor says of its machine.
public struct QMPTopology: Hashable, Sendable {
  /// QEMU's version, such as `7.2.22`.
  public internal(set) var version: String
  /// The machine's name (`-name`), if it has one.
  public internal(set) var name: String?
  /// The machine's UUID, if it has one.
  public internal(set) var uuid: String?
  /// The schema of the machine's own statistics, if there are any.
  public internal(set) var vm: Schema?
  /// The schema of each vCPU's statistics, if there are any.
  public internal(set) var vcpu: Schema?
  /// The vCPUs by their index.
  public internal(set) var vcpus: [QMPVCPU]
}
