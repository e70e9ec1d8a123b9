import Glibc
public import LinuxSystem

/// Whether this host can run guests, and what is missing where it cannot.
public enum GuestSupport: Hashable, Sendable {
  case usable
  /// There is no `/dev/kvm`.
  case missingDevice
  /// `/dev/kvm` may not be opened by this user.
  case notPermitted
  /// The kernel has no statistics descriptors (capability 203, Linux 5.14).
  case missingStatistics
  /// The payloads are x86 code.
  case otherArchitecture
  case failed(SystemError)

  /// Tries it: opens `/dev/kvm` and asks for the capabilities.
  public static func check() -> GuestSupport {
    guard KVMVCPU.canStart else { return .otherArchitecture }
    do throws(SystemError) {
      let system = try KVMSystem()
      return try system.hasStatsDescriptors() ? .usable : .missingStatistics
    } catch {
      switch error.code {
      case ENOENT, ENODEV, ENXIO: return .missingDevice
      case EACCES, EPERM: return .notPermitted
      default: return .failed(error)
      }
    }
  }
}

extension GuestSupport: CustomStringConvertible {
  public var description: String {
    switch self {
    case .usable: "/dev/kvm is usable"
    case .missingDevice: "there is no /dev/kvm"
    case .notPermitted: "/dev/kvm may not be opened by this user"
    case .missingStatistics:
      "this kernel's KVM has no statistics descriptors (KVM_CAP_BINARY_STATS_FD, Linux 5.14)"
    case .otherArchitecture: "the guests' programs are for x86-64"
    case .failed(let error): error.description
    }
  }
}
