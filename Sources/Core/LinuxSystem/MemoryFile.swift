import CLinux
import Glibc

/// An anonymous file in memory (memfd_create(2)).
///
/// The mode of the file is 0600, so that only its owner can open the file again through
/// `/proc/PID/fd`.
public struct MemoryFile: ~Copyable, Sendable {
  /// The descriptor of the file, open for reading and writing.
  public let descriptor: Descriptor

  /// Creates a file with the given contents.
  public init(name: String, contents: [UInt8]) throws(SystemError) {
    let number = unsafe clinux_memfd_create(name)
    guard number >= 0 else { throw SystemError(call: "memfd_create", on: name) }
    let file = Descriptor(owning: number)
    // Because of this mode, another user who receives a read-only descriptor cannot open the file
    // again for writing.
    guard fchmod(number, 0o600) == 0 else { throw SystemError(call: "fchmod", on: name) }
    // The access time is not needed and would cost a clock reading per read(2). Linux 6.6 and later
    // can omit the access time. Older kernels return an error, which does no harm.
    _ = clinux_drop_access_time(number)
    try file.write(contents)
    descriptor = file
  }

  /// Transfers ownership of the descriptor to the caller.
  public consuming func release() -> Descriptor {
    descriptor
  }

  /// Creates a file of zeros.
  public init(name: String, byteCount: Int) throws(SystemError) {
    let file = try MemoryFile(name: name, contents: [])
    try file.descriptor.resize(to: byteCount)
    self = file
  }

  /// Seals the size of the file permanently (F_ADD_SEALS of fcntl(2)).
  public func sealSize() throws(SystemError) {
    try seal(CLINUX_SEAL_SEAL | CLINUX_SEAL_SHRINK | CLINUX_SEAL_GROW)
  }

  /// Permanently forbids truncation and writing.
  ///
  /// Only writable mappings that exist already can still be written.
  public func sealForReaders() throws(SystemError) {
    try seal(CLINUX_SEAL_SEAL | CLINUX_SEAL_SHRINK | CLINUX_SEAL_FUTURE_WRITE)
  }

  private func seal(_ seals: Int) throws(SystemError) {
    guard clinux_add_seals(descriptor.rawValue, CInt(seals)) == 0 else {
      throw SystemError(call: "fcntl F_ADD_SEALS", on: "memory file")
    }
  }

  /// Returns `true` if the file is sealed against truncation.
  ///
  /// A mapping of such a file is safe to read.
  public static func isSizeSealed(_ descriptor: borrowing Descriptor) -> Bool {
    guard let seals = descriptor.seals else { return false }
    return seals & CInt(CLINUX_SEAL_SHRINK) != 0
  }

  /// Writes 64-bit words at a byte offset (pwrite(2)).
  public func write(_ words: [UInt64], at offset: Int) throws(SystemError) {
    let count = unsafe words.withUnsafeBytes { buffer in
      unsafe pwrite(descriptor.rawValue, buffer.baseAddress, buffer.count, off_t(offset))
    }
    guard count == words.count * 8 else {
      throw SystemError(call: "pwrite", on: "memory file")
    }
  }
}
