/// The state of the host (`xen_sysctl_physinfo` of xen/sysctl.h).
public struct XenHostInfo: Hashable, Sendable {
  /// Physical memory, in pages.
  public struct Memory: Hashable, Sendable {
    public var totalPageCount: UInt64 = 0
    public var freePageCount: UInt64 = 0
    /// The free pages that Xen has not cleared yet.
    public var scrubPageCount: UInt64 = 0

    public init() {}
  }

  /// The number of online physical CPUs.
  public var cpuCount: UInt32 = 0
  /// The highest id of a physical CPU.
  public var maximumCPU: UInt32 = 0
  public var nodeCount: UInt32 = 0
  public var kilohertz: UInt32 = 0
  /// `nil` if the layout of the structure is unknown.
  public var memory: Memory?

  public init() {}
}
