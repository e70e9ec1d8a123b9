import Glibc

// Defaults for filesystems that do not implement an optional request.
extension FuseFileSystem {
  public func connect(to _: FuseConnection) {}

  public func forget(_: UInt64, lookups _: UInt64) {}

  public func write(
    _: FuseWrite, to _: UInt64, for _: FuseCaller
  ) throws(FuseError) -> Int {
    throw .notPermitted
  }

  public func release(_: UInt64, of _: UInt64) {}

  public func openDirectory(_: UInt64, for _: FuseCaller) throws(FuseError) -> FuseOpened {
    FuseOpened()
  }

  public func releaseDirectory(_: UInt64, of _: UInt64) {}

  /// Reports all requested events as present, as for a regular file.
  public func poll(
    _ poll: FusePoll, of _: UInt64, for _: FuseCaller
  ) throws(FuseError) -> UInt32 {
    poll.events & UInt32(POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)
  }

  public func status() -> FuseFileSystemStatus { FuseFileSystemStatus() }
}
