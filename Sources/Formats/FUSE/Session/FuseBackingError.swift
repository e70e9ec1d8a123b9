import Glibc
public import LinuxSystem

/// The reason why a file cannot be the backing of a node.
///
/// The kernel reads, writes and maps a backing file itself instead of sending requests to the
/// server (passthrough).
public enum FuseBackingError: Error, Hashable, Sendable {
  /// The kernel has no passthrough, because it is older than Linux 6.9 or was built without
  /// passthrough.
  case unsupported
  /// The server lacks CAP_SYS_ADMIN in the initial user namespace.
  case notPermitted
  /// The file is not a regular file, or its filesystem is stacked on another one.
  case file(SystemError)

  init(_ error: SystemError) {
    self =
      switch error.code {
      case EPERM: .notPermitted
      case EOPNOTSUPP, ENOTTY: .unsupported
      default: .file(error)
      }
  }
}

extension FuseBackingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unsupported: "passthrough requires Linux 6.9 or later"
    case .notPermitted: "passthrough requires CAP_SYS_ADMIN in the initial user namespace"
    case .file(let error): "passthrough does not accept this file: \(error)"
    }
  }
}
