import CLinux
import Glibc

/// A reference to one process (pidfd_open(2)).
///
/// The reference never refers to a later process with the same pid.
public struct ProcessDescriptor: ~Copyable, Sendable {
  /// The process id in this PID namespace.
  public let pid: CInt
  let descriptor: Descriptor

  public init(pid: CInt) throws(SystemError) {
    let number = clinux_pidfd_open(pid)
    guard number >= 0 else { throw SystemError(call: "pidfd_open", on: "process \(pid)") }
    self.pid = pid
    descriptor = Descriptor(owning: number)
  }

  /// The number of the descriptor.
  ///
  /// poll(2) reports the descriptor as readable after the process has exited.
  public var rawValue: CInt { descriptor.rawValue }

  /// Whether the process has exited, even if the parent has not reaped the process yet.
  public var hasExited: Bool { waitForExit(milliseconds: 0) }

  /// Waits until the process exits (poll(2)).
  ///
  /// - Returns: `false` if the timeout ends first.
  @discardableResult
  public func waitForExit(milliseconds: Int) -> Bool {
    var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, CInt(clamping: milliseconds)) > 0
  }

  /// Copies a descriptor of the process (pidfd_getfd(2)).
  ///
  /// - Throws: `EPERM` without permission to trace the process, `EBADF` if the process has no such
  ///   descriptor, `EMFILE` at the descriptor limit of this process.
  public func copyDescriptor(_ number: CInt) throws(SystemError) -> Descriptor {
    let copy = clinux_pidfd_getfd(descriptor.rawValue, number)
    guard copy >= 0 else {
      throw SystemError(call: "pidfd_getfd", on: "descriptor \(number) of process \(pid)")
    }
    return Descriptor(owning: copy)
  }
}

/// Returns the thread id of the caller (gettid(2)).
public func currentThread() -> CInt {
  clinux_gettid()
}

/// Returns the process id of the caller (getpid(2)).
public func currentProcess() -> CInt {
  getpid()
}

/// Returns the effective user id of the process (geteuid(2)).
public func currentUser() -> UInt32 {
  geteuid()
}

/// Returns the id of the user with the given name, or `nil` if there is no such user
/// (getpwnam_r(3)).
public func userID(named name: String) -> UInt32? {
  var entry = unsafe passwd()
  var found: UnsafeMutablePointer<passwd>?
  // getpwnam_r(3) requires this memory for the strings of the entry. The strings are not used.
  var bytes = [CChar](repeating: 0, count: 16384)
  let code = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
    guard let start = buffer.baseAddress else { return ERANGE }
    return unsafe getpwnam_r(name, &entry, start, buffer.count, &found)
  }
  guard code == 0, unsafe found != nil else { return nil }
  return unsafe entry.pw_uid
}
