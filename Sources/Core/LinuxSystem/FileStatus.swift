import Glibc

/// The file attributes of stat(2) that Vitals uses.
public struct FileStatus: Hashable, Sendable {
  /// The type and permission bits.
  public let mode: UInt32
  public let owner: UInt32
  /// The size in bytes; for `/proc/PID/fd` the number of open descriptors (since Linux 6.2).
  public let size: Int
  /// The allocated memory or disk space in bytes; less than `size` if the file has holes.
  public let allocatedByteCount: Int
  /// The device number.
  ///
  /// `device` and `inode` together identify the file.
  public let device: UInt64
  public let inode: UInt64
  /// The number of names (hard links) of the file.
  public let links: UInt64

  /// Reads the status of a file, following symbolic links (stat(2)).
  public init(_ path: String) throws(SystemError) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw SystemError(call: "stat", on: path) }
    self.init(status)
  }

  /// Reads the status of a name without following a symbolic link (lstat(2)).
  public init(ofName path: String) throws(SystemError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { throw SystemError(call: "lstat", on: path) }
    self.init(status)
  }

  /// Reads the status of an open file (fstat(2)).
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
  /// Whether the group or others have write permission.
  public var isWritableByOthers: Bool { mode & 0o022 != 0 }

  /// Returns `true` if `other` is the status of the same file.
  public func isSame(as other: FileStatus) -> Bool {
    device == other.device && inode == other.inode
  }
}
