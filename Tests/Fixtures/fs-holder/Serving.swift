import FUSE
import Glibc
import LinuxSystem
import StatsFS

/// Words on the command line that are not understood.
struct UsageError: Error {
  let words: String

  init(_ words: String) { self.words = words }
}

/// Writes a line for whoever started this process.
func say(_ line: String) {
  try? Descriptor.writeStandardOutput(Array("\(line)\n".utf8))
}

/// Serves until the end, and answers lines of the standard input.
///
/// `update` is called in between, and says whether that should be soon again; `answer` gives nil to
/// end the session.
func serveLines(
  _ session: FuseSession, until signals: borrowing TerminationSignals,
  update: () -> Bool = { false },
  answer: ((String) -> String?)? = nil
) throws(SystemError) {
  let parent = getppid()
  let poller = try Poller()
  try poller.add(session.endNumber, token: 0)
  try poller.add(signals.rawValue, token: 1)
  let input = try Descriptor.standardInput()
  // A file cannot be waited for, and has no lines to come.
  if answer != nil { try? poller.add(input.rawValue, token: 2) }
  var lines = LineBuffer()
  var isOver = false
  while !isOver, getppid() == parent {
    var hasInput = false
    let pause = update() ? Int(TreeFileSystem.pace / 1_000_000) : 50
    try poller.wait(timeoutMilliseconds: pause) { token in
      if token == 2 { hasInput = true } else { isOver = true }
    }
    guard hasInput, let answer else { continue }
    guard try lines.fill(from: input) else {
      poller.remove(input.rawValue)
      continue
    }
    while let line = lines.next(), !isOver {
      guard let words = answer(line) else {
        isOver = true
        continue
      }
      say(words)
    }
  }
  say("\(session.stop())")
}

/// Bytes that become lines.
struct LineBuffer {
  private var bytes: [UInt8] = []

  /// Takes what there is: false at the end of the file.
  mutating func fill(from input: borrowing Descriptor) throws(SystemError) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 4_096)
    let count = try input.read(into: &chunk)
    bytes += chunk[..<count]
    return count > 0
  }

  /// The next whole line.
  mutating func next() -> String? {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    defer { bytes.removeFirst(end + 1) }
    return String(decoding: bytes[..<end], as: UTF8.self)
  }
}
