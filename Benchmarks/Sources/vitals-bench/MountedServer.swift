import Glibc
import LinuxSystem

/// A process that serves a directory; the mount ends with this value, and so does the process.
final class MountedServer {
  let process: ChildProcess
  let directory: String
  /// The line that it wrote when it could be read.
  let greeting: String
  private let commands: Descriptor
  private let answers: Descriptor

  /// The path of `fs-holder`, where it is known and filesystems can be mounted.
  static func program(_ path: String?) throws -> String {
    guard let path else { throw Missing("no --fs-holder PATH") }
    guard geteuid() == 0, unsafe access("/dev/fuse", R_OK | W_OK) == 0 else {
      throw Missing("mounting takes root and /dev/fuse")
    }
    return path
  }

  /// Starts a program with the arguments for a new directory; it is mounted when a word is written.
  init(
    _ executable: String, until word: String = "ready", _ arguments: (String) -> [String]
  ) throws {
    var template = Array("/tmp/vitals-bench-XXXXXX".utf8CString)
    let isMade = unsafe template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return unsafe mkdtemp(start) != nil
    }
    guard isMade else { throw SystemError(call: "mkdtemp", object: "/tmp", code: errno) }
    directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let input = try Pipe()
    let output = try Pipe()
    process = try ChildProcess(
      executable: executable, arguments: arguments(directory), output: output.writer,
      input: input.reader.rawValue)
    commands = input.closeReader()
    answers = output.closeWriter()
    let text = try Self.line(answers, from: executable)
    greeting = text.split(separator: "\n").first.map(String.init) ?? ""
    guard greeting.hasPrefix(word) else { throw Missing("\(executable): \(text)") }
  }

  /// Tells it something: the line that it answers.
  @discardableResult
  func tell(_ line: String) throws -> String {
    try commands.write(Array("\(line)\n".utf8))
    return try Self.line(answers, from: line)
  }

  private static func line(
    _ answers: borrowing Descriptor, from what: String
  ) throws(SystemError) -> String {
    guard answers.waitForInput(milliseconds: 10_000) else {
      throw SystemError(call: "wait for", object: what, code: ETIMEDOUT)
    }
    var line = [UInt8](repeating: 0, count: 4_096)
    return String(decoding: line[..<(try answers.read(into: &line))], as: UTF8.self)
  }

  deinit {
    try? detachMount(directory)
    process.terminate(timeoutMilliseconds: 2_000)
    unsafe rmdir(directory)
  }
}
