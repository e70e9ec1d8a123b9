import Glibc
import LinuxSystem
import StatsTree

/// The terminal or file that a person or program reads.
enum Console {
  /// Writes text as it is.
  static func write(_ bytes: [UInt8]) throws(SystemError) {
    try Descriptor.writeStandardOutput(bytes)
  }

  static func write(_ text: String) throws(SystemError) {
    try write(Array(text.utf8))
  }

  /// Writes a line; what cannot be written any more is not missed.
  static func print(_ text: String) {
    try? write(text + "\n")
  }

  /// Writes a line to standard error, with the program's name.
  static func warn(_ text: String) {
    try? Descriptor.writeStandardError(Array("vitals: \(text)\n".utf8))
  }

  /// Whether a person looks; the output stays what it is.
  private static let isTerminal = terminalSize(of: STDOUT_FILENO) != nil

  /// The characters and lines that fit now, or nil where the output is no terminal.
  static var size: (columns: Int, rows: Int)? {
    isTerminal ? terminalSize(of: STDOUT_FILENO) : nil
  }

  /// The width that lines should have, or nil where the output is no terminal.
  static var width: Int? { size?.columns }

  static func exit(_ status: CInt) -> Never {
    Glibc.exit(status)
  }
}

/// What ends a command, with the status that the design gives it.
struct CommandError: Error {
  enum Status: CInt {
    case foundWrong = 1
    case usage = 2
    case notPermitted = 3
    case nothingThere = 4
  }

  let status: Status
  /// One line that names the thing and the remedy.
  let text: String
}

extension SystemError {
  var isPermission: Bool { Status.denied(code: code).isRefusal }
}

extension Status {
  /// Whether the system refuses the numbers for want of a right.
  var isRefusal: Bool {
    guard case .denied(let code) = self else { return false }
    return code == EPERM || code == EACCES
  }
}
