import Glibc
import LinuxSystem
import TestSupport

/// A running `fs-holder` whose mount is ready.
final class ServerProcess {
  let process: ChildProcess
  private let output: Descriptor
  /// Its first line of output.
  let greeting: String

  init(_ arguments: String...) throws {
    let tests = try readLink("/proc/self/exe")
    let folder = tests.prefix(through: tests.lastIndex(of: "/") ?? tests.startIndex)
    let pipe = try Pipe()
    process = try ChildProcess(
      executable: folder + "fs-holder", arguments: arguments, output: pipe.writer)
    output = pipe.closeWriter()
    greeting = try output.line()
  }

  /// The next line of output; empty if none arrives within 30 seconds.
  func nextLine() throws -> String { try output.line() }

  /// Stops the process, and waits until all its threads are stopped.
  func stop() throws { try stopProcess(process.pid) }

  func resume() { kill(process.pid, SIGCONT) }
}

/// Stops a process, and waits until all its threads are stopped.
func stopProcess(_ pid: CInt) throws {
  kill(pid, SIGSTOP)
  let tasks = "/proc/\(pid)/task"
  let areStopped = try waits(seconds: 30) {
    try directoryEntries(tasks).allSatisfy { task in
      try readText("\(tasks)/\(task)/stat").contains(") T ")
    }
  }
  guard areStopped else {
    throw SystemError(call: "kill SIGSTOP", object: "\(pid)", code: ETIMEDOUT)
  }
}

extension Descriptor {
  /// The next line; an incomplete one at the end of file or after 30 seconds.
  func line() throws -> String {
    var line: [UInt8] = []
    var byte: [UInt8] = [0]
    while waitForInput(milliseconds: 30_000), try read(into: &byte) > 0,
      byte != [UInt8(ascii: "\n")]
    {
      line += byte
    }
    return String(decoding: line, as: UTF8.self)
  }
}
