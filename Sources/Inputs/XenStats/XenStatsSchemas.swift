public import Statistics
import XenTable

/// What is known of domains and vCPUs, whichever way it comes.
public enum XenStatsSchemas {
  /// A vCPU's record: that of a statistics table, and the physical CPU it last ran on.
  ///
  /// A way that cannot tell a number leaves it inactive, so that the vCPUs of all domains are one
  /// family.
  public static let vcpu = Schema(
    packing: XenSchemas.vcpu.statistics + [Statistic("cpu", .instant, stability: .stable)])

  /// What says nothing of several vCPUs: moments, and where each of them is.
  static let singular: Set<String> = [
    "state_entry_ns", "sample_ns", "start_ns", "generation", "cpu",
  ]

  /// A domain's record.
  public static let domain = Schema(packing: [
    timeSpent("cpu_ns"), Statistic("vcpus", .instant, stability: .stable),
    Statistic("vcpus_max", .instant, stability: .stable), bytes("memory"), bytes("memory_max"),
    bytes("memory_shared"), bytes("memory_paged"),
    Statistic("state", .state, states: DomainState.allCases.map(\.name)),
  ])

  /// The runstates of all vCPUs of a domain together, of XenServer and XCP-ng.
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

  /// The machine's record.
  public static let host = Schema(packing: [
    Statistic("cpus", .instant, stability: .stable),
    Statistic("nodes", .instant, stability: .stable), bytes("memory_total"), bytes("memory_free"),
    bytes("memory_scrub"),
  ])

  /// A physical CPU's record.
  public static let cpu = Schema(packing: [timeSpent("idle_ns")])

  private static func timeSpent(_ name: String) -> Statistic {
    Statistic(name, .cumulative, unit: .seconds, scale: .nano, stability: .stable)
  }

  private static func bytes(_ name: String) -> Statistic {
    Statistic(name, .instant, unit: .bytes, stability: .stable)
  }
}
