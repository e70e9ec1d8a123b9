import Glibc
import LinuxSystem
import SharedTable
import TestSupport

/// A started program and its output.
final class Program {
  let process: ChildProcess
  private let output: Descriptor
  private var text: [UInt8] = []

  init(_ executable: String, _ arguments: [String]) throws {
    let pipe = try Pipe()
    process = try ChildProcess(
      executable: executable, arguments: arguments, output: pipe.writer)
    output = pipe.closeWriter()
  }

  /// The next line of its output; `nil` at the end or after 30 s without output.
  func nextLine() throws -> String? {
    while true {
      if let end = text.firstIndex(of: UInt8(ascii: "\n")) {
        defer { text.removeFirst(end + 1) }
        return String(decoding: text[..<end], as: UTF8.self)
      }
      guard try readMore() else { return nil }
    }
  }

  /// Its whole output until it ends.
  func wholeOutput() throws -> String {
    while try readMore() {}
    return String(decoding: text, as: UTF8.self)
  }

  func send(_ signal: CInt) {
    kill(process.pid, signal)
  }

  /// Stops the process and waits until all of its threads are stopped.
  func stop() throws {
    send(SIGSTOP)
    let tasks = "/proc/\(process.pid)/task"
    let areStopped = try waits(seconds: 30) {
      try directoryEntries(tasks).allSatisfy { task in
        try readText("\(tasks)/\(task)/stat").contains(") T ")
      }
    }
    guard areStopped else {
      throw SystemError(call: "kill SIGSTOP", object: "\(process.pid)", code: ETIMEDOUT)
    }
  }

  private func readMore() throws -> Bool {
    guard output.waitForInput(milliseconds: 30_000) else { return false }
    var chunk = [UInt8](repeating: 0, count: 4096)
    let count = try output.read(into: &chunk)
    text += chunk[..<count]
    return count > 0
  }
}

extension Program {
  /// Starts `table-holder`, which is built beside the tests, and waits until it is ready.
  static func holder(_ arguments: String...) throws -> Program {
    try holder(arguments)
  }

  static func holder(_ arguments: [String]) throws -> Program {
    let tests = try readLink("/proc/self/exe")
    let folder = tests.prefix(through: tests.lastIndex(of: "/") ?? tests.startIndex)
    let program = try Program(folder + "table-holder", arguments)
    let line = try program.nextLine()
    guard line == "ready" else {
      throw SystemError(call: "table-holder", object: line ?? "nothing", code: ECHILD)
    }
    return program
  }
}

/// The C programs that `Scripts/check-table-matrix.sh` builds for each revision.
enum CPrograms {
  /// The names of the revisions for which programs exist.
  static let revisions = ["rev1", "rev2", "current", "cxx", "future"]

  /// The revisions for which a table is stored.
  static let frozen = ["rev1", "rev2", "future"]

  /// Whether the programs were built.
  static let exist = revisions.allSatisfy { revision in
    (try? FileStatus(path("reader-\(revision)"))) != nil
      && (try? FileStatus(path("publisher-\(revision)"))) != nil
  }

  static func path(_ name: String) -> String { "\(Repository.root)/.build/table-matrix/\(name)" }

  /// A file of Tests/TableMatrix/expected.
  static func expected(_ name: String) throws -> [UInt8] {
    try readFile("\(Repository.root)/Tests/TableMatrix/expected/\(name)", limit: 1 << 20)
  }
}

/// The number in an environment variable, for longer runs.
func environmentNumber(_ name: String, otherwise: Int) -> Int {
  guard let text = unsafe getenv(name) else { return otherwise }
  return Int(unsafe String(cString: text)) ?? otherwise
}
