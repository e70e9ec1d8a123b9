/// A filesystem that the kernel asks, request by request.
///
/// Whoever looks at the filesystem is held up, and cannot be ended, until a method returns: answer
/// from memory, never wait. Methods are called from the session's threads, several at once where it
/// has several. Nodes are those that `lookup` and `readDirectory` gave, and node 1, the root.
///
/// Source: fuse(4), and the kernel document `filesystems/fuse.rst`.
public protocol FuseFileSystem: AnyObject, Sendable {
  /// Begins: called once, before everything else.
  func begin(_ connection: FuseConnection)

  /// The node of a name, which the kernel keeps until `forget`: each answer counts.
  ///
  /// An entry with node 0 has the kernel keep, for `nameValidity`, that there is none.
  func lookup(
    _ name: FuseName, in directory: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> FuseEntry

  /// The kernel has forgotten so many lookups of a node: when all are, it does not know the node.
  func forget(_ node: UInt64, lookups: UInt64)

  /// What stat(2) says, and how long it holds, in nanoseconds.
  func attributes(
    of node: UInt64, handle: UInt64?, for caller: FuseCaller
  ) throws(FuseError) -> (attributes: FuseAttributes, validity: UInt64)

  /// Opens a file; the kernel has checked its permissions.
  ///
  /// Flags that truncate need nothing to be done where the write that follows says what is meant.
  func open(
    _ node: UInt64, _ flags: FuseOpenFlags, for caller: FuseCaller
  ) throws(FuseError) -> FuseOpened

  /// Adds the bytes at an offset to the reply; fewer than asked for are the end of the file.
  func read(
    _ range: FuseRange, of node: UInt64, for caller: FuseCaller,
    into reply: inout FuseReplyBuffer
  ) throws(FuseError)

  /// Takes bytes: how many of them.
  func write(
    _ write: FuseWrite, to node: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> Int

  /// The last descriptor of a handle was closed.
  func release(_ handle: UInt64, of node: UInt64)

  /// Opens a directory; one that is `notImplemented` is never asked again, for any directory.
  func openDirectory(_ node: UInt64, for caller: FuseCaller) throws(FuseError) -> FuseOpened

  /// Adds the entries behind the one whose cookie is the offset, until there are no more or they
  /// do not fit.
  func readDirectory(
    _ range: FuseRange, of node: UInt64, for caller: FuseCaller,
    into entries: inout FuseDirectoryBuffer
  ) throws(FuseError)

  /// The last descriptor of a directory's handle was closed.
  func releaseDirectory(_ handle: UInt64, of node: UInt64)

  /// The events of poll(2) that are there; `wake` is kept for `FuseConnection.notify`.
  ///
  /// A wake says only that somebody shall ask again; it can be said once, or again and again.
  func poll(
    _ poll: FusePoll, of node: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> UInt32

  func status() -> FuseFileSystemStatus
}

/// A file, or a directory, that was opened.
public struct FuseOpened: Sendable {
  /// The filesystem's own number for it, which later requests have.
  public var handle: UInt64
  public var options: FuseOpenOptions
  /// What is read, written and mapped in its place.
  ///
  /// It must live until the reply is written: keep it with the node. `read` and `write` are not
  /// called, and `options` but for `skipsFlush` do not count.
  public var backing: FuseBacking?

  public init(handle: UInt64 = 0, options: FuseOpenOptions = [], backing: FuseBacking? = nil) {
    self.handle = handle
    self.options = options
    self.backing = backing
  }

  /// A file with computed content: every read comes to the filesystem.
  public static func computed(handle: UInt64) -> FuseOpened {
    FuseOpened(handle: handle, options: [.directIO, .skipsFlush])
  }

  var reply: FuseReply {
    guard let backing else { return .opened(handle: handle, options, backing: 0) }
    return .opened(
      handle: handle, options.intersection(.skipsFlush).union(.passthrough),
      backing: backing.number)
  }
}
