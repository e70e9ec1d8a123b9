/// The state of a domain: one entry of the hypervisor's list of domains (`xen_domctl_getdomaininfo`
/// of xen/domctl.h).
///
/// Vitals reads only the first 92 bytes of the structure, because these bytes are the same in all
/// versions.
public struct XenDomainInfo: Hashable, Sendable {
  /// The bits of `flags`.
  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    public static let dying = Flags(rawValue: 1 << 0)
    public static let shutdown = Flags(rawValue: 1 << 2)
    public static let paused = Flags(rawValue: 1 << 3)
    /// All vCPUs of the domain are blocked.
    public static let blocked = Flags(rawValue: 1 << 4)
    /// At least one vCPU of the domain is running.
    public static let running = Flags(rawValue: 1 << 5)

    /// The reason of the shutdown: 0 power off, 1 reboot, 2 suspend, 3 crash, 4 watchdog.
    public var shutdownReason: UInt32 { rawValue >> 16 & 0xff }
  }

  /// The id of the domain.
  ///
  /// After the domain is destroyed, Xen can assign the id to another domain.
  public let domain: UInt32
  public let flags: Flags
  public let pageCount: UInt64
  /// The limit of `pageCount`; 0xffff_ffff or more means that there is no limit.
  public let maximumPageCount: UInt64
  public let sharedPageCount: UInt64
  public let pagedPageCount: UInt64
  /// The total run time of the domain's vCPUs.
  public let runNanoseconds: UInt64
  public let onlineCount: UInt32
  /// The number of the domain's vCPUs, including offline vCPUs.
  public let vcpuCount: Int
  public let identity: XenIdentity

  public init(
    domain: UInt32, flags: Flags, pageCount: UInt64, maximumPageCount: UInt64,
    sharedPageCount: UInt64, pagedPageCount: UInt64, runNanoseconds: UInt64, onlineCount: UInt32,
    vcpuCount: Int, identity: XenIdentity
  ) {
    self.domain = domain
    self.flags = flags
    self.pageCount = pageCount
    self.maximumPageCount = maximumPageCount
    self.sharedPageCount = sharedPageCount
    self.pagedPageCount = pagedPageCount
    self.runNanoseconds = runNanoseconds
    self.onlineCount = onlineCount
    self.vcpuCount = vcpuCount
    self.identity = identity
  }
}
