/// What the hypervisors of XenServer and XCP-ng say of all vCPUs of a domain together
/// (`xen_domctl_runstate_info`, which Xen itself does not have).
public struct XenRunstateInfo: Sendable {
  /// The position of the state that the domain is in among `times`.
  public var state: UInt32 = 0
  /// How often the hypervisor was too busy to note a change.
  public var missedChanges: UInt32 = 0
  /// Nanoseconds in full run, full contention, concurrency hazard, blocked, partial run and partial
  /// contention.
  public var times: [6 of UInt64] = [6 of UInt64](repeating: 0)
  /// The nanoseconds that a vCPU was runnable, as an average over the domain's vCPUs; only of newer
  /// versions.
  public var runnableNanoseconds: UInt64?

  public init() {}
}
