import Glibc
import LinuxSystem

/// A process that serves a mounted directory; mount and process end with this object.
final class MountedServer {
  let process: ChildProcess
  let directory: String
  /// The line that the process wrote after the mount.
  let greeting: String
  private let commands: Descriptor
  private let replies: Descriptor

  /// Returns the path of a program.
  ///
  /// - Throws: `MissingRequirementError` if there is none or this process cannot mount filesystems.
  static func program(_ path: String?) throws -> String {
    guard let path else { throw MissingRequirementError("no --fs-holder PATH") }
    guard geteuid() == 0, unsafe access("/dev/fuse", R_OK | W_OK) == 0 else {
      throw MissingRequirementError("mounting requires root and /dev/fuse")
    }
    return path
  }

  /// Starts a program with the arguments for a new directory, and waits until it writes `word`.
  init(
    _ executable: String, until word: String = "ready", _ arguments: (String) -> [String]
  ) throws {
    var template = Array("/tmp/vitals-bench-XXXXXX".utf8CString)
    let isCreated = unsafe template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return unsafe mkdtemp(start) != nil
    }
    guard isCreated else { throw SystemError(call: "mkdtemp", object: "/tmp", code: errno) }
    directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let input = try Pipe()
    let output = try Pipe()
    process = try ChildProcess(
      executable: executable, arguments: arguments(directory), output: output.writer,
      input: input.reader.rawValue)
    commands = input.closeReader()
    replies = output.closeWriter()
    let text = try Self.line(replies, from: executable)
    greeting = text.split(separator: "\n").first.map(String.init) ?? ""
    guard greeting.hasPrefix(word) else { throw MissingRequirementError("\(executable): \(text)") }
  }

  /// Sends a line to the process and returns its reply.
  @discardableResult
  func send(_ line: String) throws -> String {
    try commands.write(Array("\(line)\n".utf8))
    return try Self.line(replies, from: line)
  }

  private static func line(
    _ replies: borrowing Descriptor, from origin: String
  ) throws(SystemError) -> String {
    guard replies.waitForInput(milliseconds: 10_000) else {
      throw SystemError(call: "wait for", object: origin, code: ETIMEDOUT)
    }
    var line = [UInt8](repeating: 0, count: 4_096)
    return String(decoding: line[..<(try replies.read(into: &line))], as: UTF8.self)
  }

  deinit {
    try? detachMount(directory)
    process.terminate(timeoutMilliseconds: 2_000)
    unsafe rmdir(directory)
  }
}
