import CLinux
import Glibc

/// A resource of a domain that its frames can be mapped of (XENMEM_acquire_resource).
public struct XenResource: Hashable, Sendable, CustomStringConvertible {
  public let type: UInt32
  public let id: UInt32

  public init(type: UInt32, id: UInt32) {
    self.type = type
    self.id = id
  }

  /// The table of a domain's vCPU statistics, as it was proposed for Xen: the first free type.
  public static let vcpuStatistics = XenResource(type: 3, id: 0)

  public var description: String { "resource type \(type) id \(id)" }
}

/// The kernel's way to the hypervisor, `/dev/xen/privcmd` (linux/xen/privcmd.h).
public struct XenPrivcmd: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// The bytes of a frame, on every architecture that Xen runs on.
  public static let frameByteCount = 4096

  /// - Throws: `ENOENT` where Linux does not run on Xen, `EACCES` where it is not permitted.
  public init(_ path: String) throws(SystemError) {
    descriptor = try Descriptor.open(path, for: .readWrite)
  }

  /// Gives up the right to reach any other domain through this handle, for ever.
  ///
  /// - Throws: `ENOTTY` on kernels before 4.15.
  public func restrict(to domain: UInt16) throws(SystemError) {
    var argument = domain
    try control(
      descriptor, CLINUX_PRIVCMD_RESTRICT, &argument, call: "IOCTL_PRIVCMD_RESTRICT",
      on: "domain \(domain)")
  }

  /// How many frames a resource has, as the hypervisor says.
  ///
  /// A number does not say that there is such a resource: of a type that it does not know, Xen 4.17
  /// answers with an errno value as 32 bits without a sign. Map it to know.
  ///
  /// - Throws: `EINVAL` on kernels that cannot ask, before 5.11.
  public func frameCount(
    of resource: XenResource, ofDomain domain: UInt16
  ) throws(SystemError) -> UInt64 {
    var argument = clinux_privcmd_resource(
      domain: domain, type: resource.type, id: resource.id, first: 0, count: 0, address: 0)
    try control(
      descriptor, CLINUX_PRIVCMD_MMAP_RESOURCE, &argument,
      call: "IOCTL_PRIVCMD_MMAP_RESOURCE (size)", on: Self.name(resource, domain))
    return argument.count
  }

  /// The first frames of a resource, for reading only.
  ///
  /// The mapping outlives the handle.
  ///
  /// - Throws: `EOPNOTSUPP` where the hypervisor does not know the type, `EINVAL` where there are
  ///   fewer frames, `EPERM` of another domain than the handle's, and of the caller's own.
  /// - Precondition: there is at least one frame.
  public func map(
    _ resource: XenResource, ofDomain domain: UInt16, frameCount: Int
  ) throws(SystemError) -> Mapping {
    precondition(frameCount > 0, "\(frameCount) frames")
    let mapping = try Mapping(of: descriptor, byteCount: frameCount * Self.frameByteCount)
    var argument = clinux_privcmd_resource(
      domain: domain, type: resource.type, id: resource.id, first: 0, count: UInt64(frameCount),
      address: mapping.address)
    try control(
      descriptor, CLINUX_PRIVCMD_MMAP_RESOURCE, &argument, call: "IOCTL_PRIVCMD_MMAP_RESOURCE",
      on: Self.name(resource, domain))
    return mapping
  }

  private static func name(_ resource: XenResource, _ domain: UInt16) -> String {
    "\(resource) of domain \(domain)"
  }
}
