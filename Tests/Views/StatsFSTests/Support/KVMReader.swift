import LinuxSystem
import TestSupport

/// The reader of KVM statistics in C, compiled by the installed compiler and removed at the end.
final class KVMReader: Sendable {
  private let program: String

  static let compiler: String? = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"].first {
    (try? FileStatus($0)) != nil
  }

  init(_ compiler: String) throws {
    program = "/tmp/vitals-reader-\(UInt64.random(in: 0 ... .max))"
    let result = try Shell.run(
      "\(compiler) -std=c11 -O2 -Wall -Wextra -Werror -o \(program) \(Repository.root)/Tests/Fixtures/KVMReader/reader.c"
    )
    guard result.status == 0 else {
      throw SystemError(call: compiler, object: result.output, code: 1)
    }
  }

  deinit { removeFile(program) }

  /// Runs it with arguments.
  func run(_ words: String) throws -> Shell { try Shell.run("\(program) \(words)") }
}
