import Glibc
public import LinuxSystem

/// Why a file cannot back a node.
public enum FuseBackingError: Error, Hashable, Sendable {
  /// The kernel is older than Linux 6.9, or has no passthrough.
  case notKnown
  /// The server lacks CAP_SYS_ADMIN.
  case notPermitted
  /// The file is on a filesystem that is on another one, or is no plain file.
  case file(SystemError)

  init(_ error: SystemError) {
    self =
      switch error.code {
      case EPERM: .notPermitted
      case EOPNOTSUPP, ENOTTY: .notKnown
      default: .file(error)
      }
  }
}

extension FuseBackingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notKnown: "no passthrough: it takes Linux 6.9"
    case .notPermitted: "no passthrough: it takes CAP_SYS_ADMIN in the initial user namespace"
    case .file(let error): "no passthrough of this file: \(error)"
    }
  }
}
