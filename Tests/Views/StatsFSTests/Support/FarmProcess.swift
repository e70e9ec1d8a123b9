import Glibc
import LinuxSystem
import TestSupport

/// A running `fs-holder tree` whose mount is ready.
///
/// It has the sources of a `SampleTree`: `farm/s0` and so on, each with a group `work`.
final class FarmProcess: Sendable {
  let process: ChildProcess
  let directory: String
  private let commands: Descriptor
  private let answers: Descriptor

  init(_ directory: String, sources: Int, statistics: Int = 60, threads: Int = 2) throws {
    self.directory = directory
    let tests = try readLink("/proc/self/exe")
    let folder = tests.prefix(through: tests.lastIndex(of: "/") ?? tests.startIndex)
    let input = try Pipe()
    let output = try Pipe()
    process = try ChildProcess(
      executable: folder + "fs-holder",
      arguments: [
        "tree", directory, "\(sources)", "\(statistics)", "-o", "threads=\(threads)",
      ], output: output.writer, input: input.reader.rawValue)
    commands = input.closeReader()
    answers = output.closeWriter()
    let greeting = try answers.line()
    guard greeting == "ready" else {
      throw SystemError(call: greeting, object: directory, code: EIO)
    }
  }

  /// Sends a command, and returns the answer.
  @discardableResult
  func send(_ line: String) throws -> String {
    try commands.write(Array("\(line)\n".utf8))
    return try answers.line()
  }

  func path(_ file: String) -> String { "\(directory)/farm/\(file)" }

  /// Stops the process, and waits until all its threads are stopped.
  func stop() throws { try stopProcess(process.pid) }

  func resume() { kill(process.pid, SIGCONT) }
}
