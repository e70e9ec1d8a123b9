import Glibc
import LinuxSystem
import SharedTable

/// Acquires a publisher's table by its socket or its file.
///
/// At least one of the two paths is set.
struct TablePlace {
  /// The identity of the files at the paths.
  ///
  /// The identity changes when a file is replaced.
  struct Signature: Hashable {
    let socket: [UInt64]
    let file: [UInt64]
  }

  /// The outcome of an attempt to acquire the table.
  enum Acquisition {
    /// The table. The error is that of the socket, if the file was used because the socket failed.
    case table(Reader, TableError?)
    case failed(TableError)
    /// Neither path exists, or only the socket of a dead publisher exists.
    case nothing
  }

  /// The name of the publisher's source below `app`.
  var name: String
  var socket: String?
  var file: String?

  /// The current identity of the files, read with at most two system calls.
  var signature: Signature {
    Signature(socket: Self.facts(of: socket), file: Self.facts(of: file))
  }

  private static func facts(of path: String?) -> [UInt64] {
    guard let path, let status = try? FileStatus(path) else { return [] }
    return [status.device, status.inode, UInt64(status.mode), UInt64(status.owner)]
  }

  /// Connects to the publisher, or opens the file if no publisher listens.
  func acquire(timeoutMilliseconds: Int) -> Acquisition {
    var firstError: TableError?
    if let socket {
      do throws(TableError) {
        return .table(
          try Reader.connect(to: socket, timeoutMilliseconds: timeoutMilliseconds), nil)
      } catch {
        if !error.isAbsence { firstError = error }
      }
    }
    if let file {
      do throws(TableError) {
        return .table(try Reader.open(file), firstError)
      } catch {
        if !error.isAbsence { firstError = firstError ?? error }
      }
    }
    return firstError.map { .failed($0) } ?? .nothing
  }

  /// Returns `true` if `name` is valid as the name of a publisher.
  static func isName(_ name: Substring) -> Bool {
    (1...200).contains(name.utf8.count) && name.utf8.first != UInt8(ascii: ".")
      && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "/") }
  }

  /// Returns the last component of a path, without the suffix `.table` or `.socket`.
  static func name(ofPath path: String) -> String {
    var parts = path.split(separator: "/")
    // In a mounted tree, the table of a publisher is the file `.table` in its directory.
    if parts.last == ".table", parts.count > 1 { parts.removeLast() }
    var name = parts.last ?? "table"
    for ending in [".table", ".socket"] where name.hasSuffix(ending) && name.count > ending.count {
      name = name.dropLast(ending.count)
    }
    let plain = String(name.unicodeScalars.map { $0.value < 0x20 ? "?" : Character($0) })
    return plain.utf8.contains(UInt8(ascii: "/")) ? "table" : plain
  }
}
