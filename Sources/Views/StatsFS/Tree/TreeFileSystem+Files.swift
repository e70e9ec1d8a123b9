public import FUSE
import Glibc
internal import LinuxSystem
internal import StatsTree
import Synchronization

extension TreeFileSystem {
  public func open(
    _ node: UInt64, _ flags: FuseOpenFlags, for caller: FuseCaller
  ) throws(FuseError) -> FuseOpened {
    try state.withLock { state throws(FuseError) in
      guard let known = state.nodes[node] else { throw FuseError.stale }
      let viewer = state.views.viewer(caller)
      let view = state.views.view(of: viewer)
      guard view.isPresent(known) else { throw FuseError.noDevice }
      if flags.isForWriting {
        // The permission check of the kernel lets the superuser open every file for writing.
        guard view.canClear(known) else { throw FuseError.notPermitted }
      }
      var file = OpenFile(known, viewer)
      let backing = backing(of: known, node, &state)
      if backing == nil, case .table = known.kind, let shared = known.source.sharedFile {
        file.file = try DuplicatedFile(shared)
      }
      let handle = state.nextHandle()
      state.files[handle] = file
      guard let backing else { return .computed(handle: handle) }
      return FuseOpened(handle: handle, options: .skipsFlush, backing: backing)
    }
  }

  /// Returns the backing of a node: the file that the kernel reads without a request to the server.
  ///
  /// Returns nil if the node has no passthrough.
  ///
  /// All open handles of a node share one backing.
  private func backing(
    of node: TreeNode, _ number: UInt64, _ state: inout State
  ) -> FuseBacking? {
    guard state.passthroughObstacle == nil, let connection = state.connection else { return nil }
    if state.backings[number] == nil {
      guard let content = content(of: node, connection, &state) else { return nil }
      state.backings[number] = OpenBacking(content: content)
    }
    state.backings[number]?.count += 1
    return state.backings[number]?.content.backing
  }

  private func content(
    of node: TreeNode, _ connection: FuseConnection, _ state: inout State
  ) -> OpenBacking.Content? {
    switch node.kind {
    case .table:
      guard let shared = node.source.sharedFile, let duplicate = try? DuplicatedFile(shared),
        let backing = try? connection.openBacking(of: duplicate.descriptor)
      else { return nil }
      return .table(backing)
    case .binary(let id) where backsBinaryFiles:
      let view = state.views.mountView()
      guard let entry = try? view.entry(id),
        let reading = try? view.availableReading(of: entry, since: monotonicNanoseconds()),
        let snapshot = try? BinarySnapshotFile(entry, reading, connection)
      else { return nil }
      return .binary(snapshot)
    default: return nil
    }
  }

  public func release(_ handle: UInt64, of node: UInt64) {
    // The closure returns the open file, so that the file is destroyed after `state` is unlocked.
    // This might close a publisher's file.
    _ = state.withLock { state in
      let file = state.files.removeValue(forKey: handle)
      if file != nil, file?.file == nil, let backing = state.backings[node] {
        state.backings[node] =
          backing.count > 1
          ? OpenBacking(content: backing.content, count: backing.count - 1) : nil
      }
      return file
    }
  }

  // MARK: - Bytes

  public func read(
    _ range: FuseRange, of node: UInt64, for caller: FuseCaller,
    into reply: inout FuseReplyBuffer
  ) throws(FuseError) {
    try state.withLock { state throws(FuseError) in
      guard var file = state.files[range.handle] else { throw FuseError.badDescriptor }
      let view = state.views.view(of: file.viewer)
      if let duplicate = file.file {
        guard view.isPresent(file.node) else { throw FuseError.noDevice }
        return try duplicate.append(range, to: &reply)
      }
      if !file.continues(range) {
        file.restart(
          with: try view.content(
            of: file.node, since: monotonicNanoseconds(), metadata: &file.metadata,
            statusLines: statusLines(state, for: file.node)))
      }
      reply.append(file.content, from: range.offset)
      file.recordRead(range, count: reply.count)
      state.files[range.handle] = file
    }
  }

  /// Clears a statistic; the only valid text is `0`.
  public func write(
    _ write: FuseWrite, to node: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> Int {
    let text = String(decoding: write.bytes, as: UTF8.self)
    guard text == "0" || text == "0\n" else { throw .invalid }
    try state.withLock { state throws(FuseError) in
      guard let file = state.files[write.handle] else { throw FuseError.badDescriptor }
      try state.views.view(of: file.viewer).clear(file.node)
    }
    return write.bytes.count
  }

  // MARK: - Waiting

  /// Reports a `.schema` as readable while its content differs from the content that was read with
  /// the same handle.
  ///
  /// Reports all other files as readable at any time.
  public func poll(
    _ poll: FusePoll, of node: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> UInt32 {
    try state.withLock { state throws(FuseError) in
      guard let file = state.files[poll.handle] else { throw FuseError.badDescriptor }
      let readable = UInt32(POLLIN | POLLRDNORM)
      guard case .schema = file.node.kind else {
        return poll.events & (readable | UInt32(POLLOUT | POLLWRNORM))
      }
      guard state.views.view(of: file.viewer).isPresent(file.node) else {
        return UInt32(POLLERR | POLLHUP)
      }
      if hasUnreadChange(file, &state) { return poll.events & (readable | UInt32(POLLPRI)) }
      state.files[poll.handle]?.wake = poll.wake ?? file.wake
      return 0
    }
  }
}
