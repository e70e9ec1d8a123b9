import Glibc
import LinuxSystem
import StatsTree

/// Writes to standard output and to standard error.
enum Console {
  /// Writes bytes unchanged.
  static func write(_ bytes: [UInt8]) throws(SystemError) {
    try Descriptor.writeStandardOutput(bytes)
  }

  static func write(_ text: String) throws(SystemError) {
    try write(Array(text.utf8))
  }

  /// Writes a line and ignores errors.
  static func print(_ text: String) {
    try? write(text + "\n")
  }

  /// Writes the name of the program and a text to standard error, as one line.
  ///
  /// Ignores errors.
  static func warn(_ text: String) {
    try? Descriptor.writeStandardError(Array("vitals: \(text)\n".utf8))
  }

  /// Whether standard output is a terminal.
  private static let isTerminal = terminalSize(of: STDOUT_FILENO) != nil

  /// The current size of the terminal, or `nil` if the output is not a terminal.
  static var size: (columns: Int, rows: Int)? {
    isTerminal ? terminalSize(of: STDOUT_FILENO) : nil
  }

  /// The width of the terminal, or `nil` if the output is not a terminal.
  static var width: Int? { size?.columns }

  static func exit(_ status: CInt) -> Never {
    Glibc.exit(status)
  }
}

/// An error that ends a command with an exit status.
struct CommandError: Error {
  enum Status: CInt {
    case foundWrong = 1
    case usage = 2
    case notPermitted = 3
    case nothingThere = 4
  }

  let status: Status
  /// One line that names the object and the remedy.
  let text: String
}

extension SystemError {
  var isPermissionDenied: Bool { Status.denied(code: code).isPermissionDenied }
}

extension Status {
  /// Whether access is denied because a permission is missing: EPERM or EACCES.
  var isPermissionDenied: Bool {
    guard case .denied(let code) = self else { return false }
    return code == EPERM || code == EACCES
  }
}
