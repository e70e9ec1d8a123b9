import CLinux
import Glibc

/// The terminal in raw mode: it delivers each key immediately and without echo (termios(3)).
///
/// The previous settings are restored when the object is released, after a crash, while the process
/// is stopped, and after any signal that can be caught. Only one session may exist at a time.
public final class TerminalSession {
  /// An event of the terminal or a signal.
  public enum Event: Hashable, Sendable {
    case bytes([UInt8])
    case resized
    /// A termination signal arrived, or the terminal is closed.
    case ended
    /// SIGTSTP arrived; the caller calls `stop()`.
    case stopped
    /// SIGCONT arrived after another process stopped this one.
    case resumed
    /// The additional descriptor has input.
    case other
  }

  private let enter: [UInt8]
  private let leave: [UInt8]
  private let signals: Signals

  /// Switches the terminal of standard input and output to raw mode.
  ///
  /// - Parameters:
  ///   - enter: The bytes to write at the beginning.
  ///   - leave: The bytes to write at the end, at most 128.
  /// - Throws: `ENOTTY` if standard input is not a terminal.
  public init(enter: [UInt8], leave: [UInt8]) throws(SystemError) {
    self.enter = enter
    self.leave = leave
    signals = try Signals([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT])
    try enterRawMode()
  }

  deinit { clinux_terminal_restore() }

  private func enterRawMode() throws(SystemError) {
    guard unsafe clinux_terminal_raw(STDIN_FILENO, leave, leave.count) == 0 else {
      throw SystemError(call: "tcsetattr", on: "standard input")
    }
    try Descriptor.writeStandardOutput(enter)
  }

  /// The size of the terminal, 80 by 24 if it is unknown.
  public var size: (columns: Int, rows: Int) { terminalSize(of: STDOUT_FILENO) ?? (80, 24) }

  /// Waits for events.
  ///
  /// - Parameters:
  ///   - deadline: A time on CLOCK_MONOTONIC.
  ///   - other: An additional descriptor to wait for.
  /// - Returns: The events; none after the deadline.
  public func wait(until deadline: UInt64, or other: CInt? = nil) -> [Event] {
    let numbers = [STDIN_FILENO, signals.rawValue] + (other.map { [$0] } ?? [])
    let ready = waitForInput(of: numbers, until: deadline)
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

  /// Restores the terminal, stops the process until SIGCONT, then returns to raw mode.
  public func stop() throws(SystemError) {
    clinux_terminal_restore()
    raise(SIGSTOP)
    try enterRawMode()
  }

  /// Returns to raw mode, after another process may have changed the settings.
  public func resume() throws(SystemError) {
    clinux_terminal_restore()
    try enterRawMode()
  }
}
