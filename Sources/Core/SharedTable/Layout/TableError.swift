import Glibc
public import LinuxSystem

/// The error of an operation on a shared table.
public enum TableError: Error, Hashable, Sendable {
  case system(SystemError)
  /// The file does not begin with the magic of a table.
  case notATable(file: String)
  /// The publisher has a different byte order.
  case foreignByteOrder(file: String)
  /// A field has an invalid value.
  case invalid(file: String, field: String, value: UInt64, rule: String)
  /// The file cannot be trusted, for example because other users can change its contents.
  case untrusted(file: String, reason: String)
  /// The file is on a disk. A table must be in memory, because stores must not wait for a disk.
  case onDisk(file: String)
  /// A running publisher uses the name.
  case nameTaken(name: String, directory: String)
  /// The name is not a valid path component.
  case invalidName(String)
  /// The parent already has a source with this name.
  case nameClash(path: String)
  /// The source already has a group with this name.
  case groupClash(path: String, group: String)
  /// The table has used all of its reserved address space.
  case full(name: String, byteCount: Int)
  /// The format cannot represent the schema or path.
  case inexpressible(String)
  case closed(name: String)
  /// The caller is a child of the process that created the publisher.
  case forked(name: String)
  /// The publisher rejected the request.
  case refused(socket: String, code: Int32)
  /// The publisher did not reply in time.
  case timedOut(socket: String, milliseconds: Int)
}

extension TableError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let error): error.description
    case .notATable(let file): "'\(file)' is not a table: the magic 'VITALS' is missing"
    case .foreignByteOrder(let file):
      "the byte order of '\(file)' is not that of this system"
    case .invalid(let file, let field, let value, let rule):
      "'\(file)': \(field) is \(value); \(rule)"
    case .untrusted(let file, let reason): "'\(file)' is not trusted: \(reason)"
    case .onDisk(let file):
      "'\(file)' is on a disk and would make a publisher wait; use tmpfs, for example /dev/shm"
    case .nameTaken(let name, let directory):
      "the name '\(name)' is in use by a running publisher in '\(directory)'; choose another name"
    case .invalidName(let name):
      "invalid name '\(name)': expected 1 to 200 bytes without slash, control characters or initial "
        + "dot"
    case .nameClash(let path): "source '\(path)' already exists"
    case .groupClash(let path, let group): "group '\(group)' of source '\(path)' already exists"
    case .full(let name, let byteCount):
      "table '\(name)' is full: it has used its address space of \(byteCount) bytes"
    case .inexpressible(let reason): reason
    case .closed(let name): "publisher '\(name)' is closed"
    case .forked(let name):
      "publisher '\(name)' belongs to the parent process; create a new one in the child"
    case .refused(let socket, let code):
      "the publisher at '\(socket)' rejected the request: \(SystemError.message(for: code))"
    case .timedOut(let socket, let milliseconds):
      "the publisher at '\(socket)' did not reply within \(milliseconds) ms; it may be stopped"
    }
  }
}

extension TableError {
  /// The `errno` value that describes the error best.
  public var errnoValue: Int32 {
    switch self {
    case .system(let error): error.code
    case .refused(_, let code): code
    case .timedOut: ETIMEDOUT
    case .untrusted: EACCES
    case .full: ENOSPC
    default: EINVAL
    }
  }
}

/// Converts the error of a system call to a `TableError`.
func systemCall<Result: ~Copyable>(
  _ body: () throws(SystemError) -> Result
) throws(TableError) -> Result {
  do throws(SystemError) { return try body() } catch { throw .system(error) }
}
