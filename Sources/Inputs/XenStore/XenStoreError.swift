public import LinuxSystem

/// Why the store gave no answer.
public enum XenStoreError: Error, Hashable, Sendable {
  /// It cannot be reached: no xenstored runs here, or this user may not ask it.
  case system(SystemError)
  /// The connection has ended, or is not there yet.
  case closed
  /// It did not answer in time.
  case late
  /// What it sent is not its protocol.
  case garbage(String)
  /// It refused the question, with the name of an `errno` value.
  case refused(String)
}

extension XenStoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let error): "xenstored: \(error)"
    case .closed: "xenstored ended the connection"
    case .late: "xenstored did not answer in time"
    case .garbage(let words): "xenstored does not keep to its protocol: \(words)"
    case .refused(let code): "xenstored refused: \(code)"
    }
  }
}
