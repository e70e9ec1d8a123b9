public import LinuxSystem

/// The reason why a session ended.
public enum FuseSessionEnd: Hashable, Sendable {
  case unmounted
  /// The owner called `stop()`.
  case stopped
  /// The kernel aborted the connection, on request or because a reply took too long.
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

/// The counters of a session.
public struct FuseSessionCounts: Hashable, Sendable {
  public var requests: UInt64
  /// Replies that the kernel rejected, mostly because the caller was interrupted.
  public var droppedReplies: UInt64
  /// Messages with an invalid header, which get no reply.
  public var malformedRequests: UInt64
}
