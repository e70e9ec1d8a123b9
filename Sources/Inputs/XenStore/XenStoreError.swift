public import LinuxSystem

/// The reason why a request to xenstored failed.
public enum XenStoreError: Error, Hashable, Sendable {
  /// The client cannot connect, because xenstored does not run or the user has no permission.
  case system(SystemError)
  /// xenstored closed the connection, or there is no connection yet.
  case closed
  /// The reply did not arrive before the deadline.
  case timeout
  /// A message violates the protocol.
  case protocolViolation(String)
  /// xenstored rejected the request, with the name of an `errno` value.
  case rejected(String)
}

extension XenStoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let error): "xenstored: \(error)"
    case .closed: "xenstored closed the connection"
    case .timeout: "xenstored did not reply in time"
    case .protocolViolation(let reason): "xenstored violated its protocol: \(reason)"
    case .rejected(let name): "xenstored rejected the request: \(name)"
    }
  }
}
