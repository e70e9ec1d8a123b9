public import LinuxSystem

/// Where statistics tables of domains are mapped from: the hypervisor, or a test's simulation of it.
public protocol DomainTables {
  /// Opens the way to one domain's table.
  func open(_ domain: UInt16) throws(SystemError) -> any DomainTableAccess
}

/// The way to one domain's table; it ends with the value, a mapping goes on.
public protocol DomainTableAccess {
  /// How many frames the table has, as the hypervisor says; not to be trusted.
  func frameCount() throws(SystemError) -> UInt64

  /// The first frames, for reading only.
  func map(frameCount: Int) throws(SystemError) -> Mapping
}

/// Tables of the hypervisor, by the kernel's privcmd.
struct PrivcmdTables: DomainTables {
  let path: String

  func open(_ domain: UInt16) throws(SystemError) -> any DomainTableAccess {
    try Access(path, domain)
  }

  private final class Access: DomainTableAccess {
    private let privcmd: XenPrivcmd
    private let domain: UInt16

    init(_ path: String, _ domain: UInt16) throws(SystemError) {
      privcmd = try XenPrivcmd(path)
      self.domain = domain
      // Less right than it has; an old kernel cannot take it away.
      try? privcmd.restrict(to: domain)
    }

    func frameCount() throws(SystemError) -> UInt64 {
      try privcmd.frameCount(of: .vcpuStatistics, ofDomain: domain)
    }

    func map(frameCount: Int) throws(SystemError) -> Mapping {
      try privcmd.map(.vcpuStatistics, ofDomain: domain, frameCount: frameCount)
    }
  }
}
