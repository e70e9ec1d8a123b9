public import LinuxSystem

/// Maps the statistics tables of domains: the hypervisor, or a simulation of it in tests.
public protocol DomainTables {
  /// Opens access to the table of one domain.
  func open(_ domain: UInt16) throws(SystemError) -> any DomainTableAccess
}

/// Access to the table of one domain, which mappings outlive.
public protocol DomainTableAccess {
  /// Returns the number of frames that the hypervisor reports, which the caller must verify.
  func frameCount() throws(SystemError) -> UInt64

  /// Maps the first frames, for reading only.
  func map(frameCount: Int) throws(SystemError) -> Mapping
}

/// Maps tables of the hypervisor through the kernel's privcmd device.
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
      // Drops rights that are not needed; an old kernel does not support that.
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
