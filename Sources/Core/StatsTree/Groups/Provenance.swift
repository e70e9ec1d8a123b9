/// The access method or origin of a group's values.
public struct Provenance: Hashable, Sendable, CustomStringConvertible {
  /// One word, such as `pidfd_getfd`.
  public let description: String

  public init(_ description: String) {
    self.description = description
  }

  /// Statistics descriptors that the VMM sent.
  public static let handover = Provenance("handover")
  /// Statistics descriptors copied from the VMM.
  public static let pidfd = Provenance("pidfd_getfd")
  /// BPF programs that read kernel memory.
  public static let bpf = Provenance("bpf")
  /// The VMM's monitor.
  public static let qmp = Provenance("qmp")
  public static let debugfs = Provenance("debugfs")
  public static let procfs = Provenance("procfs")
  public static let cgroup = Provenance("cgroup")
  /// Thread counters of the kernel (perf_event_open(2)).
  public static let perf = Provenance("perf")
  /// A statistics table that the hypervisor writes for a domain.
  public static let xenTable = Provenance("stats_table")
  /// The hypervisor's control interface.
  public static let xenControl = Provenance("libxenctrl")
  /// A shared-memory table that the source's own process publishes.
  public static let table = Provenance("table")
  /// A file that an xcp-rrdd plugin writes.
  public static let rrdd = Provenance("rrdd")
  /// Memory of the sampling process.
  public static let memory = Provenance("memory")
  /// An aggregate of other groups.
  public static let aggregate = Provenance("aggregate")
  /// A simulation: the values belong to no real VM or host.
  public static let simulated = Provenance("simulated")
}
