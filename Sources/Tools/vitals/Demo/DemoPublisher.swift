import Glibc
import KVMGuests
import LinuxSystem

/// Starts and stops the child process that publishes `app/demo`.
struct DemoPublisher {
  private let process: ChildProcess

  var pid: CInt { process.pid }

  /// Starts the process and waits up to 5 s until its table exists.
  ///
  /// - Throws: `CommandError` with the message of the process if the process does not publish.
  init(directory: String?) throws {
    let program = try Launcher.currentProgram(leadingArguments: ["demo", "--", DemoTable.word])
    let pipe = try Pipe()
    let process = try ChildProcess(
      executable: program.executable,
      arguments: program.leadingArguments + ["\(getpid())"] + (directory.map { [$0] } ?? []),
      output: pipe.writer)
    let output = pipe.closeWriter()
    var text = ""
    var chunk = [UInt8](repeating: 0, count: 1024)
    while !text.contains("\n"), output.waitForInput(milliseconds: 5_000) {
      let count = try output.read(into: &chunk)
      if count == 0 { break }
      text += String(decoding: chunk[..<count], as: UTF8.self)
    }
    guard text == "ready\n" else {
      process.kill()
      let reason = text.split(separator: "\n").first ?? "the process ended without a message"
      throw CommandError(status: .foundWrong, text: "cannot publish app/demo: \(reason)")
    }
    self.process = process
  }

  /// Sends SIGTERM, so that the process closes its table.
  ///
  /// Kills the process if it still runs after 2 s.
  func stop() {
    process.terminate(timeoutMilliseconds: 2_000)
  }
}
