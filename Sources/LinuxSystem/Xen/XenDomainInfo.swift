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

/// The 16 bytes that the toolstack gave a domain: its UUID.
public struct XenIdentity: Hashable, Sendable {
  /// The first eight bytes, most significant first.
  public let high: UInt64
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Whether the toolstack gave none, as for domain 0 before it is told one.
  public var isNone: Bool { high | low == 0 }

  /// As `00112233-4455-6677-8899-aabbccddeeff`; nil where there is none.
  public var text: String? {
    guard !isNone else { return nil }
    let digits = Array(Self.hexadecimal(high) + Self.hexadecimal(low))
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
      .joined(separator: "-")
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// What the hypervisor says of a vCPU (`xen_domctl_getvcpuinfo` of xen/domctl.h).
public struct XenVCPUInfo: Hashable, Sendable {
  public var isOnline = false
  public var isBlocked = false
  public var isRunning = false
  /// Up to the moment of the call, also where it is running.
  public var runNanoseconds: UInt64 = 0
  /// The physical CPU that it runs on or last ran on.
  public var processor: UInt32 = 0

  public init() {}
}

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
