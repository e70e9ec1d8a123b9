import Glibc
public import LinuxSystem

/// Whether this host can run guests, or the reason why not.
public enum GuestSupport: Hashable, Sendable {
  case usable
  /// There is no `/dev/kvm`.
  case missingDevice
  /// This user has no permission to open `/dev/kvm`.
  case notPermitted
  /// The kernel has no statistics descriptors (capability 203, Linux 5.14).
  case missingStatistics
  /// The architecture is not x86-64. The payloads are x86 code, so that they cannot run.
  case otherArchitecture
  case failed(SystemError)

  /// Opens `/dev/kvm` and queries the required capabilities.
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
    case .notPermitted: "this user has no permission to open /dev/kvm"
    case .missingStatistics:
      "this kernel's KVM has no statistics descriptors (KVM_CAP_BINARY_STATS_FD, Linux 5.14)"
    case .otherArchitecture: "the guest programs need an x86-64 host"
    case .failed(let error): error.description
    }
  }
}
