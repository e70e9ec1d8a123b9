/// A request of the kernel to a filesystem.
///
/// The decoder does not check the fields, so that handles, offsets and sizes can have any value.
public enum FuseRequest: Hashable, Sendable {
  case initialize(FuseOffer)
  /// Look up a name in the directory that the header contains.
  case lookup(FuseName)
  /// The kernel has dropped references to nodes, and expects no reply.
  case forget([FuseForget])
  case attributes(handle: UInt64?)
  case setAttributes(FuseAttributeChange)
  case open(FuseOpenFlags)
  case read(FuseRange)
  case write(FuseWrite)
  case release(handle: UInt64)
  /// A descriptor of the handle was closed, not necessarily the last one.
  case flush(handle: UInt64)
  case synchronize(handle: UInt64)
  case openDirectory
  case readDirectory(FuseRange, withAttributes: Bool)
  case releaseDirectory(handle: UInt64)
  /// A call of access(2). The kernel does not send this if it checks permissions itself.
  case access(mode: UInt32)
  /// The caller no longer waits for the reply to the request with this identifier.
  case interrupt(identifier: UInt64)
  case poll(FusePoll)
  case fileSystemStatus
  /// The last request of a connection, which the kernel sends only for some mounts.
  case destroy
  /// Create, remove or rename an entry.
  case directoryChange
  /// The kernel's reply to a notification that this server never sends. The kernel expects no
  /// answer.
  case notificationReply
  /// Any other operation, with its code.
  case other(UInt32)
}

/// A node, and the number of lookups to subtract from the node's lookup count.
public struct FuseForget: Hashable, Sendable {
  public let node: UInt64
  public let lookups: UInt64

  public init(node: UInt64, lookups: UInt64) {
    self.node = node
    self.lookups = lookups
  }
}

/// The part of a file or directory to read.
public struct FuseRange: Hashable, Sendable {
  public let handle: UInt64
  /// The offset of the first byte to read in a file.
  ///
  /// In a directory, the cookie of the entry before the first entry to read, or 0 at the start.
  public let offset: UInt64
  /// The maximum number of bytes in the reply.
  public let size: UInt32

  public init(handle: UInt64, offset: UInt64, size: UInt32) {
    self.handle = handle
    self.offset = offset
    self.size = size
  }
}

/// Bytes to write to an open file.
public struct FuseWrite: Hashable, Sendable {
  public let handle: UInt64
  public let offset: UInt64
  public let bytes: [UInt8]

  public init(handle: UInt64, offset: UInt64, bytes: [UInt8]) {
    self.handle = handle
    self.offset = offset
    self.bytes = bytes
  }
}

/// A query by poll(2), select(2) or epoll(7).
public struct FusePoll: Hashable, Sendable {
  public let handle: UInt64
  /// The value for the notification that wakes the caller; nil if the caller does not wait.
  public let wake: UInt64?
  /// The requested events, as in poll(2).
  public let events: UInt32

  public init(handle: UInt64, wake: UInt64?, events: UInt32) {
    self.handle = handle
    self.wake = wake
    self.events = events
  }
}

/// The attributes to change.
///
/// An attribute that is nil remains unchanged.
public struct FuseAttributeChange: Hashable, Sendable {
  public let handle: UInt64?
  public let size: UInt64?
  public let mode: UInt32?
  public let user: UInt32?
  public let group: UInt32?

  /// Whether mode, user and group remain unchanged, as for truncate(2) and touch(1).
  public var keepsOwnership: Bool { mode == nil && user == nil && group == nil }
}
