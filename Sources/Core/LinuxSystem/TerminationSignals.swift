import CLinux
import Glibc

/// Receives SIGINT and SIGTERM through a descriptor, so that a program can clean up (signalfd(2)).
///
/// The initializer blocks both signals in the calling thread. Threads that the calling thread
/// starts later inherit the blocked signals.
public struct TerminationSignals: ~Copyable, Sendable {
  private let descriptor: Descriptor

  public init() throws(SystemError) {
    let number = clinux_open_signals(SIGINT, SIGTERM)
    guard number >= 0 else { throw SystemError(call: "signalfd", on: "SIGINT, SIGTERM") }
    descriptor = Descriptor(owning: number)
  }

  /// The number of the descriptor.
  ///
  /// poll(2) reports the descriptor as readable while a signal is pending.
  public var rawValue: CInt { descriptor.rawValue }

  /// Waits for a signal until a deadline on CLOCK_MONOTONIC.
  ///
  /// - Returns: `true` if a signal is pending.
  public func wait(until deadline: UInt64) -> Bool {
    while true {
      let now = monotonicNanoseconds()
      guard now < deadline else { return false }
      var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
      let milliseconds = CInt(clamping: (deadline - now + 999_999) / 1_000_000)
      if unsafe poll(&entry, 1, milliseconds) > 0 { return true }
    }
  }
}

/// Creates a directory and its parents, with mode 0755 (mkdir(2)).
public func makeDirectory(_ path: String) throws(SystemError) {
  var made = path.hasPrefix("/") ? "/" : ""
  for part in path.split(separator: "/") {
    made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
    guard unsafe mkdir(made, 0o755) == 0 || errno == EEXIST else {
      throw SystemError(call: "mkdir", on: made)
    }
  }
}

/// Removes a name from a directory and ignores errors (unlink(2)).
public func removeFile(_ path: String) {
  unsafe unlink(path)
}

/// Removes a directory if it is empty and ignores errors (rmdir(2)).
public func removeEmptyDirectory(_ path: String) {
  unsafe rmdir(path)
}
