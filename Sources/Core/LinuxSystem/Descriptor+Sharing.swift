import CLinux
import Glibc

// Operations on files that processes share without trusting each other.
extension Descriptor {
  /// Opens a file for reading, even if an untrusted user might have created the file (open(2)).
  ///
  /// The call does not block. The call fails if the last component of the path is a symbolic link.
  public static func openUntrusted(_ path: String) throws(SystemError) -> Descriptor {
    let number = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
    guard number >= 0 else { throw SystemError(call: "open", on: path) }
    return Descriptor(owning: number)
  }

  /// Opens a device for reading and writing.
  ///
  /// Calls on the descriptor do not block: they fail with `EAGAIN` instead.
  public static func openDevice(_ path: String) throws(SystemError) -> Descriptor {
    let number = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard number >= 0 else { throw SystemError(call: "open", on: path) }
    return Descriptor(owning: number)
  }

  /// Creates a file for reading and writing.
  ///
  /// - Throws: `EEXIST` if the name exists.
  public static func createNew(_ path: String, mode: UInt32) throws(SystemError) -> Descriptor {
    let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    let number = unsafe Glibc.open(path, flags, mode)
    guard number >= 0 else { throw SystemError(call: "open", on: path) }
    return Descriptor(owning: number)
  }

  /// Opens a file for reading and writing, and creates it if it does not exist.
  public static func createOrOpen(_ path: String, mode: UInt32) throws(SystemError) -> Descriptor {
    let number = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode)
    guard number >= 0 else { throw SystemError(call: "open", on: path) }
    return Descriptor(owning: number)
  }

  /// Opens the file again, for reading only.
  ///
  /// A process that receives the new descriptor cannot write to the file.
  public func reopenedForReading() throws(SystemError) -> Descriptor {
    try Descriptor.open("/proc/self/fd/\(rawValue)")
  }

  /// Writes all bytes at an offset, in as many calls of pwrite(2) as necessary.
  public func write(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        return unsafe pwrite(rawValue, rest.baseAddress, rest.count, off_t(offset + written))
      }
      guard count > 0 || errno == EINTR else {
        throw SystemError(call: "pwrite", on: "descriptor \(rawValue)")
      }
      written += max(count, 0)
    }
  }

  /// Sets the length of the file (ftruncate(2)); new bytes are zero.
  public func resize(to byteCount: Int) throws(SystemError) {
    guard ftruncate(rawValue, byteCount) == 0 else {
      throw SystemError(call: "ftruncate", on: "descriptor \(rawValue) to \(byteCount) bytes")
    }
  }

  /// Extends the file to `byteCount` bytes.
  ///
  /// A longer file keeps its length.
  public func extend(to byteCount: Int) throws(SystemError) {
    if try self.byteCount() < byteCount { try resize(to: byteCount) }
  }

  /// Extends the file and allocates all of its memory, so that no later store can fail for lack
  /// of memory (posix_fallocate(3)).
  public func reserve(_ byteCount: Int) throws(SystemError) {
    var code: CInt
    repeat { code = posix_fallocate(rawValue, 0, byteCount) } while code == EINTR
    guard code == 0 else {
      throw SystemError(
        call: "posix_fallocate", object: "\(byteCount) bytes of descriptor \(rawValue)",
        code: code)
    }
  }

  /// Locks the whole file for writing (F_OFD_SETLK of fcntl(2)).
  ///
  /// The lock belongs to the open file description. The kernel releases the lock when the last
  /// descriptor of this description is closed.
  ///
  /// - Returns: `false` if another open file description has the lock.
  public func lock() throws(SystemError) -> Bool {
    if clinux_lock(rawValue) == 0 { return true }
    if errno == EAGAIN || errno == EACCES { return false }
    throw SystemError(call: "fcntl F_OFD_SETLK", on: "descriptor \(rawValue)")
  }

  /// Releases the lock of this open file description, even if a forked child shares the
  /// description.
  public func unlock() {
    _ = clinux_unlock(rawValue)
  }

  /// Returns `true` if another open file description has the lock (F_OFD_GETLK of fcntl(2)).
  public func isLockedElsewhere() throws(SystemError) -> Bool {
    let result = clinux_is_locked(rawValue)
    guard result >= 0 else {
      throw SystemError(call: "fcntl F_OFD_GETLK", on: "descriptor \(rawValue)")
    }
    return result == 1
  }

  /// Returns `true` if the file is a memfd or on tmpfs (fstatfs(2)).
  public func isInMemory() throws(SystemError) -> Bool {
    try fileSystemMagic() == CLINUX_TMPFS_MAGIC
  }

  /// Returns `true` if the file is on a FUSE file system (fuse(4), fstatfs(2)).
  public func isOnFuse() throws(SystemError) -> Bool {
    try fileSystemMagic() == CLINUX_FUSE_MAGIC
  }

  private func fileSystemMagic() throws(SystemError) -> Int {
    let magic = clinux_file_magic(rawValue)
    guard magic != -1 else {
      throw SystemError(call: "fstatfs", on: "descriptor \(rawValue)")
    }
    return Int(magic)
  }
}

/// Renames a file to `path`, and replaces a file that exists there (rename(2)).
public func renameFile(_ from: String, to path: String) throws(SystemError) {
  guard unsafe rename(from, path) == 0 else { throw SystemError(call: "rename", on: path) }
}

/// Returns random bytes (getrandom(2)).
public func randomBytes(_ count: Int) throws(SystemError) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: count)
  let isDone = unsafe bytes.withUnsafeMutableBytes { buffer in
    guard let start = buffer.baseAddress else { return true }
    return unsafe clinux_random(start, buffer.count) == 0
  }
  guard isDone else { throw SystemError(call: "getrandom", on: "\(count) bytes") }
  return bytes
}

/// Sets the permission bits of a file (chmod(2)).
public func setMode(of path: String, to mode: UInt32) throws(SystemError) {
  guard unsafe chmod(path, mode) == 0 else { throw SystemError(call: "chmod", on: path) }
}

/// Writes a byte to a pipe to wake the reader of the pipe.
///
/// Errors are ignored, because a full pipe is readable already.
public func writeByte(to number: CInt) {
  var byte: UInt8 = 0
  _ = unsafe write(number, &byte, 1)
}
