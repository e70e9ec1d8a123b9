public import LinuxSystem

/// Maps the statistics tables of domains.
///
/// The tables belong to the hypervisor or, in tests, to a simulation.
public protocol DomainTables {
  /// Opens access to the table of one domain.
  func open(_ domain: UInt16) throws(SystemError) -> any DomainTableAccess
}

/// Gives access to the table of one domain.
///
/// Mappings remain valid after this object is released.
public protocol DomainTableAccess {
  /// Returns the number of frames that the hypervisor reports. The caller must verify the number.
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
      // Give up rights that are not needed. The error of an old kernel, which does not support
      // this, is ignored.
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
