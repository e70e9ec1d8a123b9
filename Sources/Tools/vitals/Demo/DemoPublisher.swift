import Glibc
import KVMGuests
import LinuxSystem

/// The process that publishes `app/demo`, as its starter has it.
struct DemoPublisher {
  private let process: ChildProcess

  var pid: CInt { process.pid }

  /// Starts it and waits until the table is there.
  ///
  /// - Throws: `CommandError` with the publisher's own words where there is none.
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
      let reason = text.split(separator: "\n").first ?? "its publisher did not say why"
      throw CommandError(status: .foundWrong, text: "no app/demo: \(reason)")
    }
    self.process = process
  }

  /// Lets it end its publication.
  func stop() {
    process.terminate(timeoutMilliseconds: 2_000)
  }
}
