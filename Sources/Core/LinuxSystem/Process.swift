import CLinux
import Glibc

/// A process that cannot be mistaken for a later one with the same number (pidfd_open(2)).
public struct ProcessDescriptor: ~Copyable, Sendable {
  /// The process's number in this PID namespace.
  public let pid: CInt
  let descriptor: Descriptor

  public init(pid: CInt) throws(SystemError) {
    let number = clinux_pidfd_open(pid)
    guard number >= 0 else { throw SystemError(call: "pidfd_open", on: "process \(pid)") }
    self.pid = pid
    descriptor = Descriptor(owning: number)
  }

  /// The descriptor's number, readable in poll(2) once the process has ended.
  public var rawValue: CInt { descriptor.rawValue }

  /// Whether the process has ended, reaped or not.
  public var hasEnded: Bool { waitForEnd(milliseconds: 0) }

  /// Waits until the process has ended: false where the time is over before.
  @discardableResult
  public func waitForEnd(milliseconds: Int) -> Bool {
    var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, CInt(clamping: milliseconds)) > 0
  }

  /// A copy of the process's descriptor `number` (pidfd_getfd(2)).
  ///
  /// - Throws: `EPERM` without the right to trace the process, `EBADF` where it has no such
  ///   descriptor, `EMFILE` where this process has no room.
  public func copyDescriptor(_ number: CInt) throws(SystemError) -> Descriptor {
    let copy = clinux_pidfd_getfd(descriptor.rawValue, number)
    guard copy >= 0 else {
      throw SystemError(call: "pidfd_getfd", on: "descriptor \(number) of process \(pid)")
    }
    return Descriptor(owning: copy)
  }
}

/// The thread number of the caller (gettid(2)).
public func currentThread() -> CInt {
  clinux_gettid()
}

/// The number of the process (getpid(2)).
public func currentProcess() -> CInt {
  getpid()
}

/// The user whose rights the process has (geteuid(2)).
public func currentUser() -> UInt32 {
  geteuid()
}

/// The number of the user with a name (getpwnam_r(3)); nil where there is none.
public func userNumber(named name: String) -> UInt32? {
  var entry = unsafe passwd()
  var found: UnsafeMutablePointer<passwd>?
  // For its strings; the number is all that is used.
  var bytes = [CChar](repeating: 0, count: 16384)
  let code = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
    guard let start = buffer.baseAddress else { return ERANGE }
    return unsafe getpwnam_r(name, &entry, start, buffer.count, &found)
  }
  guard code == 0, unsafe found != nil else { return nil }
  return unsafe entry.pw_uid
}
