/// Which way a group's numbers came.
public struct Provenance: Hashable, Sendable, CustomStringConvertible {
  /// One word, such as `pidfd_getfd`.
  public let description: String

  public init(_ description: String) {
    self.description = description
  }

  /// Statistics descriptors that the VMM handed over.
  public static let handover = Provenance("handover")
  /// Statistics descriptors copied from the VMM.
  public static let pidfd = Provenance("pidfd_getfd")
  /// Programs of BPF, straight from the kernel.
  public static let bpf = Provenance("bpf")
  /// The VMM's monitor.
  public static let qmp = Provenance("qmp")
  public static let debugfs = Provenance("debugfs")
  public static let procfs = Provenance("procfs")
  public static let cgroup = Provenance("cgroup")
  /// Counters of threads that the kernel keeps (perf_event_open(2)).
  public static let perf = Provenance("perf")
  /// A statistics table that the hypervisor writes for a domain.
  public static let xenTable = Provenance("stats_table")
  /// The hypervisor's control interface.
  public static let xenControl = Provenance("libxenctrl")
  /// A table in shared memory that the source's own process publishes.
  public static let table = Provenance("table")
  /// A file that a plugin of xcp-rrdd writes.
  public static let rrdd = Provenance("rrdd")
  /// Memory of the program that samples.
  public static let memory = Provenance("memory")
  /// A fold of other groups' numbers.
  public static let aggregate = Provenance("aggregate")
  /// A simulation: no machine has these numbers.
  public static let simulated = Provenance("simulated")
}
