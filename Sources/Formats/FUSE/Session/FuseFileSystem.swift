/// The requests of the kernel that a filesystem answers.
///
/// A process that uses the filesystem waits, and cannot be killed, until a method returns. Answer
/// from memory and never wait. The threads of the session call the methods, several at once if
/// there are several threads. The kernel sends only node numbers that `lookup` and `readDirectory`
/// returned, and 1, the root.
///
/// Source: fuse(4), and the kernel document `filesystems/fuse.rst`.
public protocol FuseFileSystem: AnyObject, Sendable {
  /// Receives the connection, once, before any other method is called.
  func connect(to connection: FuseConnection)

  /// Returns the node of a name. The kernel counts each answer as one lookup, until `forget`.
  ///
  /// An entry with node 0 lets the kernel cache for `nameValidity` that the name does not exist.
  func lookup(
    _ name: FuseName, in directory: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> FuseEntry

  /// Subtracts `lookups` from a node's lookup count. At zero the kernel no longer uses the node.
  func forget(_ node: UInt64, lookups: UInt64)

  /// Returns the result of stat(2), and its validity in nanoseconds.
  func attributes(
    of node: UInt64, handle: UInt64?, for caller: FuseCaller
  ) throws(FuseError) -> (attributes: FuseAttributes, validity: UInt64)

  /// Opens a file; the kernel has already checked the permissions.
  ///
  /// A flag that truncates can be ignored if the write that follows is sufficient.
  func open(
    _ node: UInt64, _ flags: FuseOpenFlags, for caller: FuseCaller
  ) throws(FuseError) -> FuseOpened

  /// Appends the bytes at an offset to the reply; fewer bytes than requested mean the end of file.
  func read(
    _ range: FuseRange, of node: UInt64, for caller: FuseCaller,
    into reply: inout FuseReplyBuffer
  ) throws(FuseError)

  /// Writes bytes.
  ///
  /// - Returns: The number of bytes accepted.
  func write(
    _ write: FuseWrite, to node: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> Int

  /// Closes a handle, after its last descriptor was closed.
  func release(_ handle: UInt64, of node: UInt64)

  /// Opens a directory. After `notImplemented` the kernel opens all directories without asking.
  func openDirectory(_ node: UInt64, for caller: FuseCaller) throws(FuseError) -> FuseOpened

  /// Appends the entries that follow the cookie in `range.offset`, until the last one or until one
  /// does not fit.
  func readDirectory(
    _ range: FuseRange, of node: UInt64, for caller: FuseCaller,
    into entries: inout FuseDirectoryBuffer
  ) throws(FuseError)

  /// Closes a directory's handle, after its last descriptor was closed.
  func releaseDirectory(_ handle: UInt64, of node: UInt64)

  /// Returns the pending events of poll(2). Keep `poll.wake` for a later notification.
  ///
  /// The notification makes the kernel poll again. It may be sent more than once.
  func poll(
    _ poll: FusePoll, of node: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> UInt32

  func status() -> FuseFileSystemStatus
}

/// An opened file or directory.
public struct FuseOpened: Sendable {
  /// The filesystem's identifier of the open file; the kernel repeats it in later requests.
  public var handle: UInt64
  public var options: FuseOpenOptions
  /// The file that the kernel reads, writes and maps instead.
  ///
  /// It must exist until the reply is written: store it with the node. `read` and `write` are not
  /// called, and of `options` only `skipsFlush` has an effect.
  public var backing: FuseBacking?

  public init(handle: UInt64 = 0, options: FuseOpenOptions = [], backing: FuseBacking? = nil) {
    self.handle = handle
    self.options = options
    self.backing = backing
  }

  /// A file with computed content: the kernel forwards every read.
  public static func computed(handle: UInt64) -> FuseOpened {
    FuseOpened(handle: handle, options: [.directIO, .skipsFlush])
  }

  var reply: FuseReply {
    guard let backing else { return .opened(handle: handle, options, backing: 0) }
    return .opened(
      handle: handle, options.intersection(.skipsFlush).union(.passthrough),
      backing: backing.id)
  }
}
