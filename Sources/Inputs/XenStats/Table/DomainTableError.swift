import Glibc
import LinuxSystem
import XenTable

/// The reason why the statistics table of a domain is refused.
enum DomainTableError: Error, Hashable {
  /// The kernel or the hypervisor refused a call.
  case refused(SystemError)
  /// The hypervisor reported an encoded `errno` value instead of a number of frames.
  case encodedError(code: CInt)
  /// The number of frames is impossible for the number of vCPUs.
  case frames(UInt64, maximum: Int)
  /// The header violates the format.
  case invalid(XenTableError)
  /// The table belongs to another domain.
  case otherDomain(UInt32)
  /// The table and the control interface report different times of a vCPU.
  case contradiction(vcpu: Int, table: UInt64, hypervisor: UInt64)
  /// The header changed after the table was mapped.
  case changed

  /// Whether the error shows that no domain of this host has a table.
  var isHostWide: Bool {
    switch self {
    case .refused(let error):
      error.call == "open" || error.code == EOPNOTSUPP || error.code == ENOSYS
        || error.code == ENOTTY
    case .encodedError(let code): code == EOPNOTSUPP || code == ENOSYS
    default: false
    }
  }
}

extension DomainTableError: CustomStringConvertible {
  var description: String {
    switch self {
    case .refused(let error) where isHostWide && error.call != "open":
      "this Xen has no \(XenResource.vcpuStatistics) (\(error.codeName))"
    case .refused(let error): error.description
    case .encodedError(let code) where isHostWide:
      "this Xen has no \(XenResource.vcpuStatistics) (\(SystemError.name(of: code)))"
    case .encodedError(let code):
      "the size of \(XenResource.vcpuStatistics): \(SystemError.name(of: code))"
    case .frames(let count, let maximum):
      "the hypervisor reports \(count) frames; the vCPUs need 1 to \(maximum)"
    case .invalid(let error): error.description
    case .otherDomain(let number): "it belongs to domain \(number)"
    case .contradiction(let vcpu, let table, let hypervisor):
      "vCPU \(vcpu) ran \(table) ns by the table and \(hypervisor) ns by libxenctrl:"
        + " its writer places entries elsewhere than its header states"
    case .changed: "its header changed while it was in use"
    }
  }
}
