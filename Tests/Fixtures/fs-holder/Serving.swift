import FUSE
import Glibc
import LinuxSystem
import StatsFS

/// An invalid command line.
struct UsageError: Error {
  let message: String

  init(_ message: String) { self.message = message }
}

/// Writes a line for the parent process.
func writeLine(_ line: String) {
  try? Descriptor.writeStandardOutput(Array("\(line)\n".utf8))
}

/// Serves until the session ends, and answers the lines of standard input.
///
/// - Parameters:
///   - session: The session to serve.
///   - signals: The signals that end it.
///   - update: Called periodically; returns `true` if it must be called again soon.
///   - answer: Returns the answer to a line, or nil to end the session.
/// - Throws: If standard input cannot be read.
func serveLines(
  _ session: FuseSession, until signals: borrowing TerminationSignals,
  update: () -> Bool = { false },
  answer: ((String) -> String?)? = nil
) throws(SystemError) {
  let parent = getppid()
  let poller = try Poller()
  try poller.add(session.endDescriptor, token: 0)
  try poller.add(signals.rawValue, token: 1)
  let input = try Descriptor.standardInput()
  // epoll(7) rejects a regular file, and no more lines will be appended to it.
  if answer != nil { try? poller.add(input.rawValue, token: 2) }
  var lines = LineBuffer()
  var isOver = false
  while !isOver, getppid() == parent {
    var hasInput = false
    let timeout = update() ? Int(TreeFileSystem.updateInterval / 1_000_000) : 50
    try poller.wait(timeoutMilliseconds: timeout) { token in
      if token == 2 { hasInput = true } else { isOver = true }
    }
    guard hasInput, let answer else { continue }
    guard try lines.fill(from: input) else {
      poller.remove(input.rawValue)
      continue
    }
    while let line = lines.next(), !isOver {
      guard let response = answer(line) else {
        isOver = true
        continue
      }
      writeLine(response)
    }
  }
  writeLine("\(session.stop())")
}

/// Splits bytes into lines.
struct LineBuffer {
  private var bytes: [UInt8] = []

  /// Reads available bytes; returns `false` at the end of file.
  mutating func fill(from input: borrowing Descriptor) throws(SystemError) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 4_096)
    let count = try input.read(into: &chunk)
    bytes += chunk[..<count]
    return count > 0
  }

  /// Removes and returns the next complete line.
  mutating func next() -> String? {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    defer { bytes.removeFirst(end + 1) }
    return String(decoding: bytes[..<end], as: UTF8.self)
  }
}
