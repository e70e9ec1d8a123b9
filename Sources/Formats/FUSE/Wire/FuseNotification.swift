import CLinux

/// A message from the server to the kernel that is not a reply.
public enum FuseNotification: Hashable, Sendable {
  /// Makes the processes that poll a handle poll again. The value is `FusePoll.wake` of the handle.
  case wake(UInt64)
  /// Invalidates the cached attributes and bytes of a node.
  case node(UInt64)
  /// Invalidates a name, so that the next use of the name causes a lookup.
  case name(FuseName, parent: UInt64)
  /// As `name`, but the entry remains usable until that lookup. Requires the feature `expiry`.
  case expiry(FuseName, parent: UInt64)
  /// Reports the removal of a name, also to inotify(7) watches of the directory.
  case removal(FuseName, parent: UInt64, node: UInt64)

  /// Encodes the complete message.
  func encode(into reply: inout FuseReplyBuffer) {
    reply.reset(limit: CLINUX_FUSE_NOTIFY_DELETE_SIZE + FuseName.maximumByteCount + 1)
    reply.finish(code: Int32(body(&reply)), identifier: 0)
  }

  /// Encodes the body, and returns the code of the notification.
  private func body(_ reply: inout FuseReplyBuffer) -> Int {
    switch self {
    case .wake(let wake):
      reply.append(number: wake)
      return CLINUX_FUSE_NOTIFY_POLL
    case .node(let node):
      reply.append(number: node)
      // Offset 0 and length 0 mean all bytes.
      reply.append(number: Int64(0))
      reply.append(number: Int64(0))
      return CLINUX_FUSE_NOTIFY_INVAL_INODE
    case .name(let name, let parent), .expiry(let name, let parent):
      reply.append(number: parent)
      reply.append(number: UInt32(name.bytes.count))
      reply.append(number: UInt32(isExpiry ? CLINUX_FUSE_EXPIRE_ONLY : 0))
      append(name, to: &reply)
      return CLINUX_FUSE_NOTIFY_INVAL_ENTRY
    case .removal(let name, let parent, let node):
      reply.append(number: parent)
      reply.append(number: node)
      reply.append(number: UInt32(name.bytes.count))
      reply.append(number: UInt32(0))
      append(name, to: &reply)
      return CLINUX_FUSE_NOTIFY_DELETE
    }
  }

  private var isExpiry: Bool { if case .expiry = self { true } else { false } }

  private func append(_ name: FuseName, to reply: inout FuseReplyBuffer) {
    reply.append(name.bytes.span)
    reply.append(0)
  }
}
