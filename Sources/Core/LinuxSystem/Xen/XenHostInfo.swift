/// What the hypervisor says of the machine (`xen_sysctl_physinfo` of xen/sysctl.h).
public struct XenHostInfo: Hashable, Sendable {
  /// Physical memory, in pages.
  public struct Memory: Hashable, Sendable {
    public var totalPageCount: UInt64 = 0
    public var freePageCount: UInt64 = 0
    /// Free pages that are yet to be cleared.
    public var scrubPageCount: UInt64 = 0

    public init() {}
  }

  /// The physical CPUs that are online.
  public var cpuCount: UInt32 = 0
  public var largestCPU: UInt32 = 0
  public var nodeCount: UInt32 = 0
  public var kilohertz: UInt32 = 0
  /// Nil where this version's structure is not known.
  public var memory: Memory?

  public init() {}
}
