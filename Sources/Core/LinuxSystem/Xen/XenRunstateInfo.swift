/// The runstates of all vCPUs of a domain together on XenServer and XCP-ng
/// (`xen_domctl_runstate_info`, which upstream Xen lacks).
public struct XenRunstateInfo: Sendable {
  /// The current state, an index of `times`.
  public var state: UInt32 = 0
  /// The number of changes that the hypervisor was too busy to record.
  public var missedChanges: UInt32 = 0
  /// The nanoseconds in full run, full contention, concurrency hazard, blocked, partial run and
  /// partial contention.
  public var times: [6 of UInt64] = [6 of UInt64](repeating: 0)
  /// The nanoseconds in which a vCPU was runnable, averaged over the vCPUs of the domain; newer
  /// versions only.
  public var runnableNanoseconds: UInt64?

  public init() {}
}
