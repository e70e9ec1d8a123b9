/// Answers the kernel's requests to one filesystem.
///
/// While a method runs, the process that accesses the filesystem waits and cannot be killed.
/// Therefore a method must answer from memory and must not wait. The threads of the session call
/// the methods; with several threads, several calls run at once. The kernel sends only node ids
/// that `lookup` and `readDirectory` have returned, and 1, the id of the root.
///
/// Source: fuse(4), and the kernel document `filesystems/fuse.rst`.
public protocol FuseFileSystem: AnyObject, Sendable {
  /// Receives the connection. The session calls this once, before it calls any other method.
  func connect(to connection: FuseConnection)

  /// Returns the node of a name in a directory.
  ///
  /// The kernel counts each returned entry as one lookup of the node. `forget` subtracts lookups.
  ///
  /// An entry with node 0 means that the name does not exist. The kernel caches the absence of the
  /// name for `nameValidity`.
  func lookup(
    _ name: FuseName, in directory: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> FuseEntry

  /// Subtracts `lookups` from a node's lookup count.
  ///
  /// When the count is zero, the kernel no longer uses the node.
  func forget(_ node: UInt64, lookups: UInt64)

  /// Returns the attributes for stat(2), and for how many nanoseconds the kernel can cache them.
  func attributes(
    of node: UInt64, handle: UInt64?, for caller: FuseCaller
  ) throws(FuseError) -> (attributes: FuseAttributes, validity: UInt64)

  /// Opens a file; the kernel has already checked the permissions.
  ///
  /// The method is allowed to ignore a flag that truncates the file, if only the following write
  /// has an effect.
  func open(
    _ node: UInt64, _ flags: FuseOpenFlags, for caller: FuseCaller
  ) throws(FuseError) -> FuseOpened

  /// Appends the requested bytes to the reply. Fewer bytes than requested mean the end of the file.
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

  /// Closes a handle. The kernel sends this after the last descriptor of the handle was closed.
  func release(_ handle: UInt64, of node: UInt64)

  /// Opens a directory.
  ///
  /// If the method throws `notImplemented`, the kernel opens all directories without this request
  /// from then on.
  func openDirectory(_ node: UInt64, for caller: FuseCaller) throws(FuseError) -> FuseOpened

  /// Appends the entries of a directory to the reply.
  ///
  /// The first entry to append is the entry after the one whose cookie is `range.offset`. Stop
  /// after the last entry, or at the first entry that does not fit.
  func readDirectory(
    _ range: FuseRange, of node: UInt64, for caller: FuseCaller,
    into entries: inout FuseDirectoryBuffer
  ) throws(FuseError)

  /// Closes the handle of a directory. The kernel sends this after the last descriptor was closed.
  func releaseDirectory(_ handle: UInt64, of node: UInt64)

  /// Returns the pending events of poll(2).
  ///
  /// If `poll.wake` is not nil, store the value, and send it in a notification when an event occurs
  /// later.
  ///
  /// The notification makes the kernel poll again. It is allowed to send the notification more than
  /// once.
  func poll(
    _ poll: FusePoll, of node: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> UInt32

  func status() -> FuseFileSystemStatus
}

/// An opened file or directory.
public struct FuseOpened: Sendable {
  /// The id that the filesystem assigns to the open file.
  ///
  /// Later requests of the kernel contain this id.
  public var handle: UInt64
  public var options: FuseOpenOptions
  /// The file that the kernel reads, writes and maps instead of calling `read` and `write`.
  ///
  /// The backing must exist until the reply is written; therefore store the backing with the node.
  /// If there is a backing, only the option `skipsFlush` has an effect.
  public var backing: FuseBacking?

  public init(handle: UInt64 = 0, options: FuseOpenOptions = [], backing: FuseBacking? = nil) {
    self.handle = handle
    self.options = options
    self.backing = backing
  }

  /// Returns an opened file with computed content.
  ///
  /// The kernel forwards every read to the filesystem.
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
