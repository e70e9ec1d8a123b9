import CLinux
import Glibc

/// An open file descriptor, closed when the value ends.
///
/// Every descriptor that Vitals opens is close-on-exec.
public struct Descriptor: ~Copyable, Sendable {
  /// The number, for calls that this type does not offer; it stays owned by this value.
  public let rawValue: CInt

  /// Takes the ownership of `rawValue`, which is an open descriptor.
  public init(owning rawValue: CInt) {
    precondition(rawValue >= 0, "not a descriptor: \(rawValue)")
    self.rawValue = rawValue
  }

  deinit {
    close(rawValue)
  }

  /// Gives the ownership to the caller, who closes the number.
  public consuming func release() -> CInt {
    let number = rawValue
    discard self
    return number
  }

  /// What an opened file is for.
  public enum Access: Sendable {
    case read
    case readWrite
    /// A file made anew, or emptied; others may read it.
    case create

    var flags: CInt {
      switch self {
      case .read: O_RDONLY
      case .readWrite: O_RDWR
      case .create: O_WRONLY | O_CREAT | O_TRUNC
      }
    }
  }

  /// open(2), close-on-exec.
  public static func open(
    _ path: String, for access: Access = .read
  ) throws(SystemError) -> Descriptor {
    let number = unsafe Glibc.open(path, access.flags | O_CLOEXEC, 0o644)
    guard number >= 0 else { throw SystemError(call: "open", on: path) }
    return Descriptor(owning: number)
  }

  /// A file that is there, for writing; opening it changes nothing in it.
  public static func openForWriting(_ path: String) throws(SystemError) -> Descriptor {
    let number = unsafe Glibc.open(path, O_WRONLY | O_CLOEXEC)
    guard number >= 0 else { throw SystemError(call: "open", on: path) }
    return Descriptor(owning: number)
  }

  /// The end of a file, which is made if it is not there.
  public static func openForAppending(_ path: String) throws(SystemError) -> Descriptor {
    let number = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard number >= 0 else { throw SystemError(call: "open", on: path) }
    return Descriptor(owning: number)
  }

  /// A descriptor of the caller's own for the process's standard input.
  public static func standardInput() throws(SystemError) -> Descriptor {
    try standard(STDIN_FILENO, "standard input")
  }

  /// A descriptor of the caller's own for the process's standard output.
  public static func standardOutput() throws(SystemError) -> Descriptor {
    try standard(STDOUT_FILENO, "standard output")
  }

  /// A descriptor of the caller's own for the process's standard error.
  public static func standardError() throws(SystemError) -> Descriptor {
    try standard(STDERR_FILENO, "standard error")
  }

  private static func standard(_ number: CInt, _ name: String) throws(SystemError) -> Descriptor {
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw SystemError(call: "fcntl F_DUPFD_CLOEXEC", on: name) }
    return Descriptor(owning: copy)
  }

  /// read(2) into the start of `bytes`: the number of bytes read, 0 at the end of the file.
  public func read(into bytes: inout [UInt8]) throws(SystemError) -> Int {
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe Glibc.read(rawValue, buffer.baseAddress, buffer.count)
    }
    guard count >= 0 else { throw SystemError(call: "read", on: "descriptor \(rawValue)") }
    return count
  }

  /// pread(2) into the start of `bytes`: the number of bytes read, 0 at the end of the file.
  public func read(into bytes: inout [UInt8], at offset: Int) throws(SystemError) -> Int {
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe pread(rawValue, buffer.baseAddress, buffer.count, off_t(offset))
    }
    guard count >= 0 else { throw SystemError(call: "pread", on: "descriptor \(rawValue)") }
    return count
  }

  /// Exactly `count` bytes from `offset`, by one pread(2).
  ///
  /// - Throws: `SystemError` with `ENODATA` where the file has fewer.
  public func bytes(count: Int, at offset: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let received = try read(into: &bytes, at: offset)
    guard received == count else {
      throw SystemError(
        call: "pread", object: "descriptor \(rawValue) at \(offset)", code: ENODATA)
    }
    return bytes
  }

  /// The length of the open file (fstat(2)).
  public func byteCount() throws(SystemError) -> Int {
    var status = stat()
    guard unsafe fstat(rawValue, &status) == 0 else {
      throw SystemError(call: "fstat", on: "descriptor \(rawValue)")
    }
    return Int(status.st_size)
  }

  /// write(2) of all of `bytes`, in as many calls as it takes.
  public func write(_ bytes: [UInt8]) throws(SystemError) {
    try Self.write(bytes, to: rawValue)
  }

  /// write(2) of all of `bytes` to the process's standard output.
  public static func writeStandardOutput(_ bytes: [UInt8]) throws(SystemError) {
    try write(bytes, to: STDOUT_FILENO)
  }

  /// write(2) of all of `bytes` to the process's standard error; it takes no descriptor more.
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

  /// A second descriptor of an open file of which somebody else has the first.
  public init(duplicating number: CInt) throws(SystemError) {
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else {
      throw SystemError(call: "fcntl F_DUPFD_CLOEXEC", on: "descriptor \(number)")
    }
    self.init(owning: copy)
  }

  /// A second descriptor of the same open file (F_DUPFD_CLOEXEC of fcntl(2)).
  public func duplicate() throws(SystemError) -> Descriptor {
    try Descriptor(duplicating: rawValue)
  }

  /// Waits until there is something to read, or the other end is gone; false when time is over.
  ///
  /// -1 waits without end.
  public func waitForInput(milliseconds: Int) -> Bool {
    var entry = pollfd(fd: rawValue, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, CInt(clamping: milliseconds)) > 0
  }

  /// What the kernel calls the open file, such as `anon_inode:kvm-vm-stats`.
  public var linkName: String? {
    try? readLink("/proc/self/fd/\(rawValue)")
  }

  /// F_GET_SEALS of fcntl(2), or nil where the file is no memfd.
  public var seals: CInt? {
    let seals = clinux_get_seals(rawValue)
    return seals >= 0 ? seals : nil
  }
}
