public import LinuxSystem

/// Why a session ended.
public enum FuseSessionEnd: Hashable, Sendable {
  case unmounted
  /// The owner stopped it.
  case stopped
  /// The kernel ended the connection, by request or because a reply took too long; the mount is
  /// dead, but there.
  case aborted
  case failed(SystemError)
}

extension FuseSessionEnd: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unmounted: "unmounted"
    case .stopped: "stopped"
    case .aborted: "the connection was aborted: a reply took too long, or somebody asked for it"
    case .failed(let error): error.description
    }
  }
}

/// What a session has done.
public struct FuseSessionCounts: Hashable, Sendable {
  public var requests: UInt64
  /// Replies that the kernel did not want, most of them because nobody waited any longer.
  public var droppedReplies: UInt64
  /// Messages that had no header, and so no reply.
  public var malformedRequests: UInt64
}
