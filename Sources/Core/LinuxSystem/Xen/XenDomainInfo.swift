/// What the hypervisor says of a domain in a list (`xen_domctl_getdomaininfo` of xen/domctl.h).
///
/// Up to byte 92 the structure is the same in all versions; only that is read.
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

    /// Why it shut down: 0 power off, 1 reboot, 2 suspend, 3 crash, 4 watchdog.
    public var shutdownReason: UInt32 { rawValue >> 16 & 0xff }
  }

  /// Its number, which another domain may have after it.
  public let domain: UInt32
  public let flags: Flags
  public let pageCount: UInt64
  /// What it may have; all 32 bits set where there is no limit.
  public let largestPageCount: UInt64
  public let sharedPageCount: UInt64
  public let pagedPageCount: UInt64
  /// What its vCPUs ran, together.
  public let runNanoseconds: UInt64
  public let onlineCount: UInt32
  /// How many vCPUs it has been given, online or not.
  public let vcpuCount: Int
  public let identity: XenIdentity

  public init(
    domain: UInt32, flags: Flags, pageCount: UInt64, largestPageCount: UInt64,
    sharedPageCount: UInt64, pagedPageCount: UInt64, runNanoseconds: UInt64, onlineCount: UInt32,
    vcpuCount: Int, identity: XenIdentity
  ) {
    self.domain = domain
    self.flags = flags
    self.pageCount = pageCount
    self.largestPageCount = largestPageCount
    self.sharedPageCount = sharedPageCount
    self.pagedPageCount = pagedPageCount
    self.runNanoseconds = runNanoseconds
    self.onlineCount = onlineCount
    self.vcpuCount = vcpuCount
    self.identity = identity
  }
}
