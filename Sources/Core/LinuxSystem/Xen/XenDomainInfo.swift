/// The state of a domain in a list (`xen_domctl_getdomaininfo` of xen/domctl.h).
///
/// Only the first 92 bytes of the structure, which are the same in all versions, are read.
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
    /// All of its vCPUs are blocked.
    public static let blocked = Flags(rawValue: 1 << 4)
    /// One of its vCPUs is running.
    public static let running = Flags(rawValue: 1 << 5)

    /// The reason of the shutdown: 0 power off, 1 reboot, 2 suspend, 3 crash, 4 watchdog.
    public var shutdownReason: UInt32 { rawValue >> 16 & 0xff }
  }

  /// The number of the domain, which Xen may reuse after the domain is destroyed.
  public let domain: UInt32
  public let flags: Flags
  public let pageCount: UInt64
  /// The limit of `pageCount`; all 32 bits are set if there is no limit.
  public let maximumPageCount: UInt64
  public let sharedPageCount: UInt64
  public let pagedPageCount: UInt64
  /// The total run time of its vCPUs.
  public let runNanoseconds: UInt64
  public let onlineCount: UInt32
  /// The number of its vCPUs, online or not.
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
