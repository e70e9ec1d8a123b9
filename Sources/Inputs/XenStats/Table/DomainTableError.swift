import Glibc
import LinuxSystem
import XenTable

/// Why a domain's statistics table is not read.
enum DomainTableError: Error, Hashable {
  /// The kernel or the hypervisor refused a call.
  case refused(SystemError)
  /// The number of frames is an errno value in disguise.
  case disguised(code: CInt)
  /// There is no such number of frames for so many vCPUs.
  case frames(UInt64, most: Int)
  case flaw(XenTableError)
  /// The table is another domain's.
  case otherDomain(UInt32)
  /// The table says of a vCPU what the hypervisor says otherwise.
  case contradiction(vcpu: Int, table: UInt64, hypervisor: UInt64)
  /// The header is another than at first.
  case changed

  /// Whether no other domain of this host will have a table either.
  var isOfAll: Bool {
    switch self {
    case .refused(let error):
      error.call == "open" || error.code == EOPNOTSUPP || error.code == ENOSYS
        || error.code == ENOTTY
    case .disguised(let code): code == EOPNOTSUPP || code == ENOSYS
    default: false
    }
  }
}

extension DomainTableError: CustomStringConvertible {
  var description: String {
    switch self {
    case .refused(let error) where isOfAll && error.call != "open":
      "this Xen has no \(XenResource.vcpuStatistics) (\(error.codeName))"
    case .refused(let error): error.description
    case .disguised(let code) where isOfAll:
      "this Xen has no \(XenResource.vcpuStatistics) (\(SystemError.name(of: code)))"
    case .disguised(let code):
      "the size of \(XenResource.vcpuStatistics): \(SystemError.name(of: code))"
    case .frames(let count, let most):
      "the hypervisor says that it has \(count) frames; the vCPUs can need 1 to \(most)"
    case .flaw(let flaw): flaw.description
    case .otherDomain(let number): "it is that of domain \(number)"
    case .contradiction(let vcpu, let table, let hypervisor):
      "vCPU \(vcpu) ran \(table) ns by the table and \(hypervisor) ns by libxenctrl:"
        + " its writer puts entries elsewhere than its header says"
    case .changed: "its header changed while it was read"
    }
  }
}
