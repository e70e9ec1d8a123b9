import CLinux

/// What a server tells the kernel without being asked.
public enum FuseNotification: Hashable, Sendable {
  /// Who polls a handle shall ask again: `wake` is that of its `FusePoll`.
  case wake(UInt64)
  /// Attributes of a node, and the bytes that are kept of it, hold no longer.
  case node(UInt64)
  /// A name stands for what it stood for no longer; whoever uses it has to look it up again.
  case name(FuseName, parent: UInt64)
  /// As `name`, but whoever uses it goes on until it is looked up; where the kernel knows `expiry`.
  case expiry(FuseName, parent: UInt64)
  /// A name was removed: directories that are watched by inotify(7) say so.
  case removal(FuseName, parent: UInt64, node: UInt64)

  /// Makes the whole message.
  func encode(into reply: inout FuseReplyBuffer) {
    reply.begin(limit: CLINUX_FUSE_NOTIFY_DELETE_SIZE + FuseName.longest + 1)
    reply.finish(code: Int32(body(&reply)), identifier: 0)
  }

  /// Makes the body: the notification's number.
  private func body(_ reply: inout FuseReplyBuffer) -> Int {
    switch self {
    case .wake(let wake):
      reply.append(number: wake)
      return CLINUX_FUSE_NOTIFY_POLL
    case .node(let node):
      reply.append(number: node)
      // All bytes, from the first one on.
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
