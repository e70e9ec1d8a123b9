public import LinuxSystem

/// The reason why a session ended.
public enum FuseSessionEnd: Hashable, Sendable {
  case unmounted
  /// The owner called `stop()`.
  case stopped
  /// The kernel aborted the connection, because a user requested it or a reply took too long.
  ///
  /// The mount still exists, but every access fails.
  case aborted
  case failed(SystemError)
}

extension FuseSessionEnd: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unmounted: "unmounted"
    case .stopped: "stopped"
    case .aborted: "the kernel aborted the connection (a reply took too long, or on request)"
    case .failed(let error): error.description
    }
  }
}

/// The numbers of requests and errors of a session.
public struct FuseSessionCounts: Hashable, Sendable {
  public var requests: UInt64
  /// The number of replies that the kernel rejected, mostly because a signal interrupted the
  /// caller.
  public var droppedReplies: UInt64
  /// The number of messages with an invalid header.
  ///
  /// The server does not reply to these messages.
  public var malformedRequests: UInt64
}
