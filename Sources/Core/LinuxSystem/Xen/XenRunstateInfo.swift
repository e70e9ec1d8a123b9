/// The runstates of a domain: for how long its vCPUs together were in each scheduling state.
///
/// Only XenServer and XCP-ng have this structure (`xen_domctl_runstate_info`). Upstream Xen lacks
/// the structure.
public struct XenRunstateInfo: Sendable {
  /// The current state, as an index of `times`.
  public var state: UInt32 = 0
  /// The number of state changes that the hypervisor was too busy to record.
  public var missedChanges: UInt32 = 0
  /// The time in each state, in nanoseconds.
  ///
  /// The states are full run, full contention, concurrency hazard, blocked, partial run and partial
  /// contention.
  public var times: [6 of UInt64] = [6 of UInt64](repeating: 0)
  /// The time for which a vCPU was runnable, in nanoseconds, averaged over the vCPUs of the domain;
  /// `nil` if the version of Xen does not report this time.
  public var runnableNanoseconds: UInt64?

  public init() {}
}
