import CLinux
import Glibc

/// SIGINT and SIGTERM as something to wait for, so that a program can clean up (signalfd(2)).
///
/// They are blocked from then on in the thread that makes the value and in those it starts.
public struct TerminationSignals: ~Copyable, Sendable {
  private let descriptor: Descriptor

  public init() throws(SystemError) {
    let number = clinux_open_signals(SIGINT, SIGTERM)
    guard number >= 0 else { throw SystemError(call: "signalfd", on: "SIGINT, SIGTERM") }
    descriptor = Descriptor(owning: number)
  }

  /// The descriptor's number, readable once a signal came.
  public var rawValue: CInt { descriptor.rawValue }

  /// Waits until a time of CLOCK_MONOTONIC: true where a signal came before.
  public func wait(until end: UInt64) -> Bool {
    while true {
      let now = monotonicNanoseconds()
      guard now < end else { return false }
      var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
      let milliseconds = CInt(clamping: (end - now + 999_999) / 1_000_000)
      if unsafe poll(&entry, 1, milliseconds) > 0 { return true }
    }
  }
}

/// Makes a directory and its parents, for everybody to read (mkdir(2)).
public func makeDirectory(_ path: String) throws(SystemError) {
  var made = path.hasPrefix("/") ? "/" : ""
  for part in path.split(separator: "/") {
    made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
    guard unsafe mkdir(made, 0o755) == 0 || errno == EEXIST else {
      throw SystemError(call: "mkdir", on: made)
    }
  }
}

/// Removes a name from a directory; a name that is not there is no failure (unlink(2)).
public func removeFile(_ path: String) {
  unsafe unlink(path)
}

/// Removes a directory that has nothing in it; one that has, or is not there, is no failure
/// (rmdir(2)).
public func removeEmptyDirectory(_ path: String) {
  unsafe rmdir(path)
}
