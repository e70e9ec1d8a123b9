import CLinux
import Glibc

/// A resource of a domain: frames that a process can map (XENMEM_acquire_resource).
public struct XenResource: Hashable, Sendable, CustomStringConvertible {
  public let type: UInt32
  public let id: UInt32

  public init(type: UInt32, id: UInt32) {
    self.type = type
    self.id = id
  }

  /// The vCPU statistics table of a domain, as proposed for Xen.
  ///
  /// The type is the lowest type number that Xen has not assigned yet.
  public static let vcpuStatistics = XenResource(type: 3, id: 0)

  public var description: String { "resource type \(type) id \(id)" }
}

/// The kernel's interface to the hypervisor, `/dev/xen/privcmd` (linux/xen/privcmd.h).
public struct XenPrivcmd: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// The size of a frame in bytes, on all architectures of Xen.
  public static let frameByteCount = 4096

  /// Opens the device at a path.
  ///
  /// - Throws: `ENOENT` if Linux does not run on Xen, `EACCES` without permission.
  public init(_ path: String) throws(SystemError) {
    descriptor = try Descriptor.open(path, for: .readWrite)
  }

  /// Permanently restricts this handle to one domain.
  ///
  /// - Throws: `ENOTTY` on kernels before 4.15.
  public func restrict(to domain: UInt16) throws(SystemError) {
    var argument = domain
    try control(
      descriptor, CLINUX_PRIVCMD_RESTRICT, &argument, call: "IOCTL_PRIVCMD_RESTRICT",
      on: "domain \(domain)")
  }

  /// Asks the hypervisor for the number of frames of a resource.
  ///
  /// The result does not prove that the resource exists, because for an unknown type Xen 4.17
  /// returns a negative `errno` value as an unsigned 32-bit number. Only a successful `map` proves
  /// that the resource exists.
  ///
  /// - Throws: `EINVAL` on kernels before 5.11, because these kernels cannot query the number.
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

  /// Maps the first frames of a resource, for reading only.
  ///
  /// The mapping remains valid after the handle is closed.
  ///
  /// - Throws: `EOPNOTSUPP` if the hypervisor does not support the type, `EINVAL` if the resource
  ///   has fewer frames, `EPERM` if the handle is restricted to another domain, or if `domain` is
  ///   the caller's own domain.
  /// - Precondition: `frameCount` is at least 1.
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
