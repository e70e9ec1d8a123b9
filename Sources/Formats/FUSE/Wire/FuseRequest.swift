/// What the kernel asks of a filesystem.
///
/// A body's numbers are as the kernel sent them: any handle, offset or size can be in it.
public enum FuseRequest: Hashable, Sendable {
  case initialize(FuseOffer)
  /// The node of a name in the directory of the header.
  case lookup(FuseName)
  /// The kernel has forgotten nodes; no reply.
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
  /// What access(2) asks; not asked where the kernel checks permissions itself.
  case access(mode: UInt32)
  /// Somebody waits no longer for the reply to another request.
  case interrupt(identifier: UInt64)
  case poll(FusePoll)
  case fileSystemStatus
  /// The end, of some mounts.
  case destroy
  /// Would make, remove or rename something.
  case change
  /// The answer to a notification that is not sent; no reply.
  case notificationReply
  /// Anything else, as its number.
  case other(UInt32)
}

/// A node that the kernel has forgotten, and how many of its lookups.
public struct FuseForget: Hashable, Sendable {
  public let node: UInt64
  public let lookups: UInt64

  public init(node: UInt64, lookups: UInt64) {
    self.node = node
    self.lookups = lookups
  }
}

/// What is read of a kept handle: of a file bytes, of a directory entries behind a cookie.
public struct FuseRange: Hashable, Sendable {
  public let handle: UInt64
  /// The first byte, or the cookie of the entry before; 0 at the start.
  public let offset: UInt64
  /// The most bytes that the reply can have.
  public let size: UInt32

  public init(handle: UInt64, offset: UInt64, size: UInt32) {
    self.handle = handle
    self.offset = offset
    self.size = size
  }
}

/// What is written to a kept handle.
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

/// What poll(2), select(2) or epoll(7) ask of a kept handle.
public struct FusePoll: Hashable, Sendable {
  public let handle: UInt64
  /// What a notification says to wake who asked; nil where nobody waits.
  public let wake: UInt64?
  /// The events asked for, as in poll(2).
  public let events: UInt32

  public init(handle: UInt64, wake: UInt64?, events: UInt32) {
    self.handle = handle
    self.wake = wake
    self.events = events
  }
}

/// What is to change of a node; a change that is nil is not asked for.
public struct FuseAttributeChange: Hashable, Sendable {
  public let handle: UInt64?
  public let size: UInt64?
  public let mode: UInt32?
  public let user: UInt32?
  public let group: UInt32?

  /// Whether nothing but the size or a time is to change, as by truncate(2) and touch(1).
  public var keepsOwnership: Bool { mode == nil && user == nil && group == nil }
}
