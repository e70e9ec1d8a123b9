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
        // The superuser, too, is told here that there is nothing to write.
        guard view.canClear(known) else { throw FuseError.notPermitted }
      }
      var file = OpenFile(known, viewer)
      let backing = backing(of: known, node, &state)
      if backing == nil, case .table = known.kind, let shared = known.source.sharedFile {
        file.file = try HeldFile(shared)
      }
      let handle = state.nextHandle()
      state.files[handle] = file
      guard let backing else { return .computed(handle: handle) }
      return FuseOpened(handle: handle, options: .skipsFlush, backing: backing)
    }
  }

  /// What the kernel reads in our stead; nil where it asks us.
  ///
  /// All who have the node open share it.
  private func backing(
    of node: TreeNode, _ number: UInt64, _ state: inout State
  ) -> FuseBacking? {
    guard state.refusal == nil, let connection = state.connection else { return nil }
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
      guard let shared = node.source.sharedFile, let held = try? HeldFile(shared),
        let backing = try? connection.openBacking(of: held.descriptor)
      else { return nil }
      return .table(backing)
    case .binary(let id) where keepsBinary:
      let view = state.views.whole()
      guard let entry = try? view.entry(id),
        let reading = try? view.numbers(of: entry, since: monotonicNanoseconds()),
        let kept = try? BinarySnapshotFile(entry, reading, connection)
      else { return nil }
      return .binary(kept)
    default: return nil
    }
  }

  public func release(_ handle: UInt64, of node: UInt64) {
    // A file of somebody else is closed outside of the lock.
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
      if let held = file.file {
        guard view.isPresent(file.node) else { throw FuseError.noDevice }
        return try held.append(range, to: &reply)
      }
      if !file.goesOn(range) {
        file.begin(
          try view.content(
            of: file.node, since: monotonicNanoseconds(), head: &file.head,
            facts: facts(state, for: file.node)))
      }
      reply.append(file.content, from: range.offset)
      file.read(range, count: reply.count)
      state.files[range.handle] = file
    }
  }

  /// Takes `0`, which has a count begin again.
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

  /// Of what a source has below it something is there that the descriptor has not read; all else is
  /// always there.
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
      if hasNews(file, &state) { return poll.events & (readable | UInt32(POLLPRI)) }
      state.files[poll.handle]?.wake = poll.wake ?? file.wake
      return 0
    }
  }
}
