public import LinuxSystem

/// Why there is no table, or why it cannot be changed.
public enum TableError: Error, Hashable, Sendable {
  case system(SystemError)
  /// The first bytes are not those of a table.
  case noTable(file: String)
  /// The publisher runs with another byte order.
  case foreignByteOrder(file: String)
  /// A field has a value that cannot be.
  case flawed(file: String, field: String, value: UInt64, rule: String)
  /// Somebody could change the file, or be in another's place.
  case untrusted(file: String, reason: String)
  /// Tables must not wait for a disk.
  case onDisk(file: String)
  /// Another publisher that runs has the name.
  case nameTaken(name: String, directory: String)
  /// A name that cannot be a part of a path.
  case badName(String)
  /// The parent has a source with this name.
  case nameClash(path: String)
  /// The source has a group with this name.
  case groupClash(path: String, group: String)
  /// The table is as large as its address space.
  case full(name: String, byteCount: Int)
  /// The format has no room for the schema.
  case inexpressible(String)
  case closed(name: String)
  /// The caller is a child of the process that made the publisher.
  case forked(name: String)
  /// The publisher said no.
  case refused(socket: String, code: Int32)
  /// The publisher did not answer in time.
  case silent(socket: String, milliseconds: Int)
}

extension TableError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let error): error.description
    case .noTable(let file): "\(file) is no table: it does not begin with the magic 'VITALS'"
    case .foreignByteOrder(let file):
      "\(file) was published with another byte order than this system's"
    case .flawed(let file, let field, let value, let rule):
      "\(file): \(field) is \(value); \(rule)"
    case .untrusted(let file, let reason): "\(file) is not trusted: \(reason)"
    case .onDisk(let file):
      "\(file) is on a disk, which can make a publisher wait; use tmpfs, such as /dev/shm"
    case .nameTaken(let name, let directory):
      "\(name) is published already by a running process in \(directory); choose another name"
    case .badName(let name):
      "'\(name)' cannot be a name: 1 to 200 bytes, no slash, no control characters, no dot first"
    case .nameClash(let path): "there is already a source \(path)"
    case .groupClash(let path, let group): "\(path) already has a group \(group)"
    case .full(let name, let byteCount):
      "table \(name) has used its address space of \(byteCount) bytes; give it more"
    case .inexpressible(let reason): reason
    case .closed(let name): "publisher \(name) was closed"
    case .forked(let name):
      "publisher \(name) belongs to the parent process; a child makes its own"
    case .refused(let socket, let code):
      "the publisher at \(socket) refused: \(SystemError.words(for: code))"
    case .silent(let socket, let milliseconds):
      "the publisher at \(socket) did not answer within \(milliseconds) ms; is it stopped?"
    }
  }
}

/// Turns a failed system call into a table's error.
func systemCall<Result: ~Copyable>(
  _ body: () throws(SystemError) -> Result
) throws(TableError) -> Result {
  do throws(SystemError) { return try body() } catch { throw .system(error) }
}
