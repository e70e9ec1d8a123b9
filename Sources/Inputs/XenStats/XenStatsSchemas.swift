public import Statistics
import XenTable

/// Defines the schemas of domains, vCPUs and the host, which all access methods use.
public enum XenStatsSchemas {
  /// The statistics of a vCPU: those in a statistics table, and the physical CPU on which the vCPU
  /// ran last.
  ///
  /// If an access method cannot provide a statistic, the statistic is inactive (marked as missing).
  /// Therefore the vCPUs of all domains have the same schema and can be aggregated.
  public static let vcpu = Schema(
    packing: XenSchemas.vcpu.statistics + [Statistic("cpu", .instant, stability: .stable)])

  /// The names of statistics without a meaningful aggregate: times on a clock, and the location of
  /// a vCPU.
  static let singular: Set<String> = [
    "state_entry_ns", "sample_ns", "start_ns", "generation", "cpu",
  ]

  /// The statistics of a domain.
  public static let domain = Schema(packing: [
    timeSpent("cpu_ns"), Statistic("vcpus", .instant, stability: .stable),
    Statistic("vcpus_max", .instant, stability: .stable), bytes("memory"), bytes("memory_max"),
    bytes("memory_shared"), bytes("memory_paged"),
    Statistic("state", .state, states: DomainState.allCases.map(\.name)),
  ])

  /// The combined run states of all vCPUs of a domain, on XenServer and XCP-ng.
  public static let runstate = Schema(packing: [
    timeSpent("full_run_ns"), timeSpent("full_contention_ns"),
    timeSpent("concurrency_hazard_ns"), timeSpent("blocked_ns"), timeSpent("partial_run_ns"),
    timeSpent("partial_contention_ns"), timeSpent("runnable_average_ns"),
    Statistic("missed_changes", .cumulative),
    Statistic(
      "state", .state,
      states: [
        "full_run", "full_contention", "concurrency_hazard", "blocked", "partial_run",
        "partial_contention",
      ]),
  ])

  /// The statistics of the host.
  public static let host = Schema(packing: [
    Statistic("cpus", .instant, stability: .stable),
    Statistic("nodes", .instant, stability: .stable), bytes("memory_total"), bytes("memory_free"),
    bytes("memory_scrub"),
  ])

  /// The statistics of a physical CPU.
  public static let cpu = Schema(packing: [timeSpent("idle_ns")])

  private static func timeSpent(_ name: String) -> Statistic {
    Statistic(name, .cumulative, unit: .seconds, scale: .nano, stability: .stable)
  }

  private static func bytes(_ name: String) -> Statistic {
    Statistic(name, .instant, unit: .bytes, stability: .stable)
  }
}
