/// What the hypervisor says of a vCPU (`xen_domctl_getvcpuinfo` of xen/domctl.h).
public struct XenVCPUInfo: Hashable, Sendable {
  public var isOnline = false
  public var isBlocked = false
  public var isRunning = false
  /// Up to the moment of the call, also where it is running.
  public var runNanoseconds: UInt64 = 0
  /// The physical CPU that it runs on or last ran on.
  public var cpu: UInt32 = 0

  public init() {}
}
