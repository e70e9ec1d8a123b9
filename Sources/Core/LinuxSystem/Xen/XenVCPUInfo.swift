/// The state of a vCPU (`xen_domctl_getvcpuinfo` of xen/domctl.h).
public struct XenVCPUInfo: Hashable, Sendable {
  public var isOnline = false
  public var isBlocked = false
  public var isRunning = false
  /// The run time up to the call, including the current run.
  public var runNanoseconds: UInt64 = 0
  /// The id of the physical CPU on which the vCPU runs or last ran.
  public var cpu: UInt32 = 0

  public init() {}
}
