import CLinux
import Glibc

/// A terminal that gives each key at once, until the value ends; then it is as it was before.
///
/// It is also as before after a crash of the process, while it is stopped, and after any signal
/// that can be caught. One at a time.
public final class TerminalSession {
  /// What came from the terminal or its user.
  public enum Event: Hashable, Sendable {
    case bytes([UInt8])
    case resized
    /// A signal asks the program to end, or the terminal is gone.
    case ended
    /// A signal asks it to stop: see `stop`.
    case stopped
    /// It was stopped by somebody and goes on.
    case resumed
    /// The other descriptor has input.
    case other
  }

  private let enter: [UInt8]
  private let leave: [UInt8]
  private let signals: Signals

  /// Takes the terminal of standard input and output.
  ///
  /// - Parameters:
  ///   - enter: what is written first.
  ///   - leave: what is written last, at most 128 bytes.
  /// - Throws: where standard input is no terminal.
  public init(enter: [UInt8], leave: [UInt8]) throws(SystemError) {
    self.enter = enter
    self.leave = leave
    signals = try Signals([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT])
    try begin()
  }

  deinit { clinux_terminal_restore() }

  private func begin() throws(SystemError) {
    guard unsafe clinux_terminal_raw(STDIN_FILENO, leave, leave.count) == 0 else {
      throw SystemError(call: "tcsetattr", on: "standard input")
    }
    try Descriptor.writeStandardOutput(enter)
  }

  /// The terminal's size.
  public var size: (columns: Int, rows: Int) { terminalSize(of: STDOUT_FILENO) ?? (80, 24) }

  /// Waits until a time of CLOCK_MONOTONIC, or until something comes.
  ///
  /// - Parameters:
  ///   - end: the time.
  ///   - other: a descriptor more to wait for.
  /// - Returns: what came; nothing when the time is over.
  public func wait(until end: UInt64, or other: CInt? = nil) -> [Event] {
    let numbers = [STDIN_FILENO, signals.rawValue] + (other.map { [$0] } ?? [])
    let ready = waitForInput(of: numbers, until: end)
    var events: [Event] = []
    while ready[1], let signal = signals.next() { events.append(Self.event(of: signal)) }
    if ready[0] {
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = unsafe read(STDIN_FILENO, &bytes, bytes.count)
      if count > 0 {
        events.append(.bytes(Array(bytes.prefix(count))))
      } else if count == 0 || errno != EINTR {
        events.append(.ended)
      }
    }
    if ready.count > 2, ready[2] { events.append(.other) }
    return events
  }

  private static func event(of signal: CInt) -> Event {
    switch signal {
    case SIGWINCH: .resized
    case SIGTSTP: .stopped
    case SIGCONT: .resumed
    default: .ended
    }
  }

  /// Gives the terminal back and stops the process until SIGCONT; then takes it again.
  public func stop() throws(SystemError) {
    clinux_terminal_restore()
    raise(SIGSTOP)
    try begin()
  }

  /// Takes the terminal again, after somebody else may have changed it.
  public func resume() throws(SystemError) {
    clinux_terminal_restore()
    try begin()
  }
}
