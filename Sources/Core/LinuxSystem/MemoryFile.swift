import CLinux
import Glibc

/// A file in memory without a name (memfd_create(2)).
///
/// Only its owner can open it once more, through `/proc/PID/fd`.
public struct MemoryFile: ~Copyable, Sendable {
  /// The file, open for reading and writing.
  public let descriptor: Descriptor

  public init(name: String, contents: [UInt8]) throws(SystemError) {
    let number = unsafe clinux_memfd_create(name)
    guard number >= 0 else { throw SystemError(call: "memfd_create", on: name) }
    let file = Descriptor(owning: number)
    // Others are given a descriptor; what they may do with it shall not grow by opening it again.
    guard fchmod(number, 0o600) == 0 else { throw SystemError(call: "fchmod", on: name) }
    // Nobody asks when it was read, and each read(2) of it would look at the clock. Linux 6.6.
    _ = clinux_drop_access_time(number)
    try file.write(contents)
    descriptor = file
  }

  /// Gives the file to the caller.
  public consuming func release() -> Descriptor {
    descriptor
  }

  /// A file of zeros.
  public init(name: String, byteCount: Int) throws(SystemError) {
    let file = try MemoryFile(name: name, contents: [])
    try file.descriptor.resize(to: byteCount)
    self = file
  }

  /// Forbids for ever that the file changes its size (F_ADD_SEALS).
  public func sealSize() throws(SystemError) {
    try seal(CLINUX_SEAL_SEAL | CLINUX_SEAL_SHRINK | CLINUX_SEAL_GROW)
  }

  /// Forbids for ever that the file gets shorter, and that anybody writes it, but through mappings
  /// that are there already.
  public func sealForReaders() throws(SystemError) {
    try seal(CLINUX_SEAL_SEAL | CLINUX_SEAL_SHRINK | CLINUX_SEAL_FUTURE_WRITE)
  }

  private func seal(_ seals: Int) throws(SystemError) {
    guard clinux_add_seals(descriptor.rawValue, CInt(seals)) == 0 else {
      throw SystemError(call: "fcntl F_ADD_SEALS", on: "memory file")
    }
  }

  /// Whether a file can never get shorter than it is, so that a mapping of it is safe to read.
  public static func isSizeSealed(_ descriptor: borrowing Descriptor) -> Bool {
    guard let seals = descriptor.seals else { return false }
    return seals & CInt(CLINUX_SEAL_SHRINK) != 0
  }

  /// pwrite(2) of words at a byte offset.
  public func write(_ words: [UInt64], at offset: Int) throws(SystemError) {
    let count = unsafe words.withUnsafeBytes { buffer in
      unsafe pwrite(descriptor.rawValue, buffer.baseAddress, buffer.count, off_t(offset))
    }
    guard count == words.count * 8 else {
      throw SystemError(call: "pwrite", on: "memory file")
    }
  }
}
