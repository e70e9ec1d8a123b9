import Glibc
import LinuxSystem
import Testing

/// The output, errors and exit status of a program.
struct CommandResult {
  let output: String
  let errors: String
  let status: Int

  var errorLines: [Substring] { errors.split(separator: "\n") }
  var lines: [Substring] { output.split(separator: "\n", omittingEmptySubsequences: false) }
}

/// Runs programs that were built with the tests.
enum Command {
  /// The directory of the built products.
  static func productDirectory() throws -> String {
    let own = try readLink("/proc/self/exe")
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? own
    let path = bundle.hasPrefix("/") ? bundle : try currentDirectory() + "/" + bundle
    return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }

  static func currentDirectory() throws -> String { try readLink("/proc/self/cwd") }

  static func product(_ name: String) throws -> String {
    "\(try productDirectory())/\(name)"
  }

  /// Runs `vitals` until it exits.
  static func vitals(_ arguments: [String]) throws -> CommandResult {
    try run([product("vitals")] + arguments)
  }

  static func vitals(_ arguments: String..., prefix: [String] = []) throws -> CommandResult {
    try run(prefix + [product("vitals")] + arguments)
  }

  /// Runs a program until it exits; after 60 s it is killed and the status is 137.
  static func run(_ words: [String]) throws -> CommandResult {
    let errors = "/tmp/vitals-test-\(getpid())-\(UInt64.random(in: 0 ... .max)).err"
    defer { removeFile(errors) }
    let pipe = try Pipe()
    let child = try ChildProcess(
      executable: "/bin/sh",
      arguments: [
        "-c", #"timeout -s KILL 60 "$@" 2>"$0"; printf '\n%d' "$?""#, errors,
      ] + words, output: pipe.writer)
    let reader = pipe.closeWriter()
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = try reader.read(into: &chunk)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    child.kill()
    let text = String(decoding: bytes, as: UTF8.self)
    let cut = try #require(text.lastIndex(of: "\n"))
    return CommandResult(
      output: String(text[..<cut]), errors: try readText(errors),
      status: try #require(Int(text[text.index(after: cut)...])))
  }
}

/// A program that runs during a test.
final class RunningProgram {
  let child: ChildProcess
  private let output: Descriptor

  /// Starts a program and waits until it has written `line`.
  init(_ words: [String], until line: String) throws {
    let pipe = try Pipe()
    let child = try ChildProcess(
      executable: words[0], arguments: Array(words.dropFirst()), output: pipe.writer)
    let output = pipe.closeWriter()
    var text = ""
    var chunk = [UInt8](repeating: 0, count: 4096)
    while !text.contains(line) {
      let count = try output.read(into: &chunk)
      try #require(count > 0, "the program ended after the output: \(text)")
      text += String(decoding: chunk[..<count], as: UTF8.self)
    }
    self.child = child
    self.output = output
  }
}
