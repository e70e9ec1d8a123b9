import CLinux
import Glibc

/// Keeps the terminal in raw mode until the object is released (termios(3)).
///
/// In raw mode, the terminal delivers each key immediately and without echo.
///
/// The previous settings are restored when the object is released, while the process is stopped,
/// and if the process crashes. `wait(until:or:)` returns termination signals as events, so that the
/// program can release the object before it exits. Do not create a second session while one session
/// exists.
public final class TerminalSession {
  /// An event of the terminal or a signal.
  public enum Event: Hashable, Sendable {
    case bytes([UInt8])
    case resized
    /// A termination signal arrived, or the terminal is closed.
    case ended
    /// SIGTSTP arrived. The caller must then call `stop()`.
    case stopped
    /// SIGCONT arrived after another process had stopped this process.
    case resumed
    /// The additional descriptor of `wait(until:or:)` has input.
    case other
  }

  private let enter: [UInt8]
  private let leave: [UInt8]
  private let signals: Signals

  /// Switches the terminal of standard input and output to raw mode.
  ///
  /// - Parameters:
  ///   - enter: The bytes to write to the terminal when raw mode begins.
  ///   - leave: The bytes to write to the terminal when raw mode ends, at most 128 bytes.
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

  /// The size of the terminal; 80 columns and 24 rows if the size is unknown.
  public var size: (columns: Int, rows: Int) { terminalSize(of: STDOUT_FILENO) ?? (80, 24) }

  /// Waits for events.
  ///
  /// - Parameters:
  ///   - deadline: A time on CLOCK_MONOTONIC, in nanoseconds.
  ///   - other: An additional descriptor to wait for.
  /// - Returns: The events. The array is empty if the deadline passes first.
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

  /// Returns to raw mode after `Event.resumed`, because another process might have changed the
  /// settings.
  public func resume() throws(SystemError) {
    clinux_terminal_restore()
    try enterRawMode()
  }
}
