import Glibc

/// What stat(2) says of a file, as far as Vitals asks.
public struct FileStatus: Hashable, Sendable {
  /// The type and permission bits.
  public let mode: UInt32
  public let owner: UInt32
  /// In bytes; of `/proc/PID/fd` the number of open descriptors, since Linux 6.2.
  public let size: Int
  /// The memory or disk that it takes, in bytes: less than its size where it has holes.
  public let allocatedByteCount: Int
  /// With `inode`, what tells a file from every other one.
  public let device: UInt64
  public let inode: UInt64
  /// The names that the file has.
  public let links: UInt64

  public init(_ path: String) throws(SystemError) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw SystemError(call: "stat", on: path) }
    self.init(status)
  }

  /// The status of a name itself, also of a link (lstat(2)): nothing of what it leads to is waited for.
  public init(ofName path: String) throws(SystemError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { throw SystemError(call: "lstat", on: path) }
    self.init(status)
  }

  /// The status of an open file (fstat(2)).
  public init(_ descriptor: borrowing Descriptor) throws(SystemError) {
    var status = stat()
    guard unsafe fstat(descriptor.rawValue, &status) == 0 else {
      throw SystemError(call: "fstat", on: "descriptor \(descriptor.rawValue)")
    }
    self.init(status)
  }

  private init(_ status: stat) {
    mode = status.st_mode
    owner = status.st_uid
    size = Int(status.st_size)
    allocatedByteCount = Int(status.st_blocks) * 512
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    links = UInt64(status.st_nlink)
  }

  public var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
  public var isSocket: Bool { mode & S_IFMT == S_IFSOCK }
  public var isRegular: Bool { mode & S_IFMT == S_IFREG }
  /// Whether anybody but the owner may write the file.
  public var isWritableByOthers: Bool { mode & 0o022 != 0 }

  /// Whether both are of one file.
  public func isSame(as other: FileStatus) -> Bool {
    device == other.device && inode == other.inode
  }
}
