import CLinux
import Glibc

// What a file needs that is shared between processes which do not trust each other.
extension Descriptor {
  /// A file that somebody else may have put there: nothing that blocks, and no link, is opened.
  public static func openForeign(_ path: String) throws(SystemError) -> Descriptor {
    let number = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
    guard number >= 0 else { throw SystemError(call: "open", on: path) }
    return Descriptor(owning: number)
  }

  /// A device for reading and writing that never waits: calls fail with `EAGAIN` instead.
  public static func openDevice(_ path: String) throws(SystemError) -> Descriptor {
    let number = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard number >= 0 else { throw SystemError(call: "open", on: path) }
    return Descriptor(owning: number)
  }

  /// A new file for reading and writing; a name that is there already is refused with `EEXIST`.
  public static func createNew(_ path: String, mode: UInt32) throws(SystemError) -> Descriptor {
    let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    let number = unsafe Glibc.open(path, flags, mode)
    guard number >= 0 else { throw SystemError(call: "open", on: path) }
    return Descriptor(owning: number)
  }

  /// A file for reading and writing, made where it is not there.
  public static func createOrOpen(_ path: String, mode: UInt32) throws(SystemError) -> Descriptor {
    let number = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode)
    guard number >= 0 else { throw SystemError(call: "open", on: path) }
    return Descriptor(owning: number)
  }

  /// The same file opened once more, for reading only: its holder cannot change that.
  public func reopenedForReading() throws(SystemError) -> Descriptor {
    try Descriptor.open("/proc/self/fd/\(rawValue)")
  }

  /// pwrite(2) of all of some bytes, in as many calls as it takes.
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

  /// ftruncate(2): what is new is zero.
  public func resize(to byteCount: Int) throws(SystemError) {
    guard ftruncate(rawValue, byteCount) == 0 else {
      throw SystemError(call: "ftruncate", on: "descriptor \(rawValue) to \(byteCount) bytes")
    }
  }

  /// Makes the file this long, unless it is longer: somebody else may have made it so.
  public func extend(to byteCount: Int) throws(SystemError) {
    if try self.byteCount() < byteCount { try resize(to: byteCount) }
  }

  /// Makes the file this long and gives it all of its memory, so that no store to it can fail for
  /// want of some (posix_fallocate(3)).
  public func reserve(_ byteCount: Int) throws(SystemError) {
    var code: CInt
    repeat { code = posix_fallocate(rawValue, 0, byteCount) } while code == EINTR
    guard code == 0 else {
      throw SystemError(
        call: "posix_fallocate", object: "\(byteCount) bytes of descriptor \(rawValue)",
        code: code)
    }
  }

  /// Takes the lock of the whole file, which ends with the last descriptor of this opening
  /// (F_OFD_SETLK of fcntl(2)): false where another opening has it.
  public func lock() throws(SystemError) -> Bool {
    if clinux_lock(rawValue) == 0 { return true }
    if errno == EAGAIN || errno == EACCES { return false }
    throw SystemError(call: "fcntl F_OFD_SETLK", on: "descriptor \(rawValue)")
  }

  /// Gives the lock of this opening back, though a forked child may have descriptors of it, too.
  public func unlock() {
    _ = clinux_unlock(rawValue)
  }

  /// Whether another opening of the file holds its lock.
  public func isLockedElsewhere() throws(SystemError) -> Bool {
    let answer = clinux_is_locked(rawValue)
    guard answer >= 0 else {
      throw SystemError(call: "fcntl F_OFD_GETLK", on: "descriptor \(rawValue)")
    }
    return answer == 1
  }

  /// Whether the file is in memory: a memfd or on tmpfs.
  public func isInMemory() throws(SystemError) -> Bool {
    try fileSystemMagic() == CLINUX_TMPFS_MAGIC
  }

  /// Whether the file is of a filesystem that a process serves (fuse(4)).
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

/// Moves a name of a file, in place of another one (rename(2)).
public func renameFile(_ from: String, to path: String) throws(SystemError) {
  guard unsafe rename(from, path) == 0 else { throw SystemError(call: "rename", on: path) }
}

/// Random bytes (getrandom(2)).
public func randomBytes(_ count: Int) throws(SystemError) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: count)
  let isDone = unsafe bytes.withUnsafeMutableBytes { buffer in
    guard let start = buffer.baseAddress else { return true }
    return unsafe clinux_random(start, buffer.count) == 0
  }
  guard isDone else { throw SystemError(call: "getrandom", on: "\(count) bytes") }
  return bytes
}

/// The permission bits of a file (chmod(2)).
public func setMode(of path: String, to mode: UInt32) throws(SystemError) {
  guard unsafe chmod(path, mode) == 0 else { throw SystemError(call: "chmod", on: path) }
}

/// Writes a byte to a pipe that somebody waits for; one that is full has woken him already.
public func writeByte(to number: CInt) {
  var byte: UInt8 = 0
  _ = unsafe write(number, &byte, 1)
}
