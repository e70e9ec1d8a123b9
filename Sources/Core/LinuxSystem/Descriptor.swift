import CLinux
import Glibc

/// An open file descriptor that is closed when the struct is destroyed.
///
/// Every descriptor that Vitals opens is close-on-exec.
public struct Descriptor: ~Copyable, Sendable {
  /// The number of the descriptor, for calls that this type does not offer.
  ///
  /// The struct still owns the descriptor: do not close it.
  public let rawValue: CInt

  /// Takes ownership of the open descriptor `rawValue`.
  public init(owning rawValue: CInt) {
    precondition(rawValue >= 0, "not a descriptor: \(rawValue)")
    self.rawValue = rawValue
  }

  deinit {
    close(rawValue)
  }

  /// Transfers ownership to the caller, who must close the descriptor.
  public consuming func release() -> CInt {
    let number = rawValue
    discard self
    return number
  }

  /// The permitted operations on an opened file.
  public enum Access: Sendable {
    case read
    case readWrite
    /// Writing. The file is truncated if it exists, and created with mode 0644 if it does not.
    case create

    var flags: CInt {
      switch self {
      case .read: O_RDONLY
      case .readWrite: O_RDWR
      case .create: O_WRONLY | O_CREAT | O_TRUNC
      }
    }
  }

  /// Opens a file (open(2)); the descriptor is close-on-exec.
  public static func open(
    _ path: String, for access: Access = .read
  ) throws(SystemError) -> Descriptor {
    let number = unsafe Glibc.open(path, access.flags | O_CLOEXEC, 0o644)
    guard number >= 0 else { throw SystemError(call: "open", on: path) }
    return Descriptor(owning: number)
  }

  /// Opens an existing file for writing, without truncating it.
  public static func openForWriting(_ path: String) throws(SystemError) -> Descriptor {
    let number = unsafe Glibc.open(path, O_WRONLY | O_CLOEXEC)
    guard number >= 0 else { throw SystemError(call: "open", on: path) }
    return Descriptor(owning: number)
  }

  /// Opens a file for appending, and creates it if it does not exist.
  public static func openForAppending(_ path: String) throws(SystemError) -> Descriptor {
    let number = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard number >= 0 else { throw SystemError(call: "open", on: path) }
    return Descriptor(owning: number)
  }

  /// Returns a new descriptor of the standard input.
  public static func standardInput() throws(SystemError) -> Descriptor {
    try standard(STDIN_FILENO, "standard input")
  }

  /// Returns a new descriptor of the standard output.
  public static func standardOutput() throws(SystemError) -> Descriptor {
    try standard(STDOUT_FILENO, "standard output")
  }

  /// Returns a new descriptor of the standard error.
  public static func standardError() throws(SystemError) -> Descriptor {
    try standard(STDERR_FILENO, "standard error")
  }

  private static func standard(_ number: CInt, _ name: String) throws(SystemError) -> Descriptor {
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw SystemError(call: "fcntl F_DUPFD_CLOEXEC", on: name) }
    return Descriptor(owning: copy)
  }

  /// Reads into the start of `bytes` (read(2)).
  ///
  /// - Returns: The number of bytes read, 0 at the end of the file.
  public func read(into bytes: inout [UInt8]) throws(SystemError) -> Int {
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe Glibc.read(rawValue, buffer.baseAddress, buffer.count)
    }
    guard count >= 0 else { throw SystemError(call: "read", on: "descriptor \(rawValue)") }
    return count
  }

  /// Reads from an offset into the start of `bytes` (pread(2)).
  ///
  /// - Returns: The number of bytes read, 0 at the end of the file.
  public func read(into bytes: inout [UInt8], at offset: Int) throws(SystemError) -> Int {
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe pread(rawValue, buffer.baseAddress, buffer.count, off_t(offset))
    }
    guard count >= 0 else { throw SystemError(call: "pread", on: "descriptor \(rawValue)") }
    return count
  }

  /// Reads exactly `count` bytes from `offset` with one pread(2).
  ///
  /// - Throws: `ENODATA` if the file has fewer bytes.
  public func bytes(count: Int, at offset: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let received = try read(into: &bytes, at: offset)
    guard received == count else {
      throw SystemError(
        call: "pread", object: "descriptor \(rawValue) at \(offset)", code: ENODATA)
    }
    return bytes
  }

  /// Returns the length of the file (fstat(2)).
  public func byteCount() throws(SystemError) -> Int {
    var status = stat()
    guard unsafe fstat(rawValue, &status) == 0 else {
      throw SystemError(call: "fstat", on: "descriptor \(rawValue)")
    }
    return Int(status.st_size)
  }

  /// Writes all bytes, in as many calls of write(2) as necessary.
  public func write(_ bytes: [UInt8]) throws(SystemError) {
    try Self.write(bytes, to: rawValue)
  }

  /// Writes all bytes to the standard output (write(2)).
  public static func writeStandardOutput(_ bytes: [UInt8]) throws(SystemError) {
    try write(bytes, to: STDOUT_FILENO)
  }

  /// Writes all bytes to the standard error (write(2)), without a new descriptor.
  public static func writeStandardError(_ bytes: [UInt8]) throws(SystemError) {
    try write(bytes, to: STDERR_FILENO)
  }

  private static func write(_ bytes: [UInt8], to number: CInt) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        return unsafe Glibc.write(number, rest.baseAddress, rest.count)
      }
      guard count > 0 || errno == EINTR else {
        throw SystemError(call: "write", on: "descriptor \(number)")
      }
      written += max(count, 0)
    }
  }

  /// Duplicates the descriptor `number` (F_DUPFD_CLOEXEC of fcntl(2)).
  ///
  /// The owner of `number` does not change.
  public init(duplicating number: CInt) throws(SystemError) {
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else {
      throw SystemError(call: "fcntl F_DUPFD_CLOEXEC", on: "descriptor \(number)")
    }
    self.init(owning: copy)
  }

  /// Returns a second descriptor of the same open file (F_DUPFD_CLOEXEC of fcntl(2)).
  public func duplicate() throws(SystemError) -> Descriptor {
    try Descriptor(duplicating: rawValue)
  }

  /// Waits until the descriptor has input or its other end is closed (poll(2)).
  ///
  /// - Parameter milliseconds: The timeout; -1 waits without limit.
  /// - Returns: `false` if the timeout ends first.
  public func waitForInput(milliseconds: Int) -> Bool {
    var entry = pollfd(fd: rawValue, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, CInt(clamping: milliseconds)) > 0
  }

  /// The target of the descriptor's link in `/proc/self/fd`, such as `anon_inode:kvm-vm-stats`.
  public var linkName: String? {
    try? readLink("/proc/self/fd/\(rawValue)")
  }

  /// The seals of the file (F_GET_SEALS of fcntl(2)), or `nil` if the file is not a memfd.
  public var seals: CInt? {
    let seals = clinux_get_seals(rawValue)
    return seals >= 0 ? seals : nil
  }
}
