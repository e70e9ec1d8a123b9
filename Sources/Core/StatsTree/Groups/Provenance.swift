/// The access method or origin of a group's values.
public struct Provenance: Hashable, Sendable, CustomStringConvertible {
  /// The provenance as one word, such as `pidfd_getfd`.
  public let description: String

  public init(_ description: String) {
    self.description = description
  }

  /// Statistics descriptors that the VMM sent to Vitals.
  public static let handover = Provenance("handover")
  /// Statistics descriptors that Vitals copied from the VMM.
  public static let pidfd = Provenance("pidfd_getfd")
  /// BPF programs that read the memory of the kernel.
  public static let bpf = Provenance("bpf")
  /// The monitor of the VMM.
  public static let qmp = Provenance("qmp")
  public static let debugfs = Provenance("debugfs")
  public static let procfs = Provenance("procfs")
  public static let cgroup = Provenance("cgroup")
  /// Counters of a thread that the kernel keeps (perf_event_open(2)).
  public static let perf = Provenance("perf")
  /// A statistics table that the hypervisor writes for a domain.
  public static let xenTable = Provenance("stats_table")
  /// The control interface of the hypervisor.
  public static let xenControl = Provenance("libxenctrl")
  /// A shared-memory table that the source's own process publishes.
  public static let table = Provenance("table")
  /// A file that an xcp-rrdd plugin writes.
  public static let rrdd = Provenance("rrdd")
  /// Memory of the process that samples.
  public static let memory = Provenance("memory")
  /// An aggregate of other groups.
  public static let aggregate = Provenance("aggregate")
  /// A simulation: the values belong to no real VM or host.
  public static let simulated = Provenance("simulated")
}
