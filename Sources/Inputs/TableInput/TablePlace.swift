import Glibc
import LinuxSystem
import SharedTable

/// Where a publisher's table can be had: at its socket, as a file, or both.
struct TablePlace {
  /// What tells whether the same things are still at the paths.
  struct Signature: Hashable {
    let socket: [UInt64]
    let file: [UInt64]
  }

  /// What came of asking for the table.
  enum Acquisition {
    /// Read, and why the publisher itself could not be asked, where it could not.
    case table(Reader, TableError?)
    case failed(TableError)
    /// A dead publisher's socket, or nothing any more.
    case nothing
  }

  /// The part of the path below `app`.
  var name: String
  var socket: String?
  var file: String?

  /// What is at the paths now; two system calls at most.
  var signature: Signature {
    Signature(socket: Self.facts(of: socket), file: Self.facts(of: file))
  }

  private static func facts(of path: String?) -> [UInt64] {
    guard let path, let status = try? FileStatus(path) else { return [] }
    return [status.device, status.inode, UInt64(status.mode), UInt64(status.owner)]
  }

  /// Asks the publisher, or where none listens opens the file.
  func acquire(patienceMilliseconds: Int) -> Acquisition {
    var refusal: TableError?
    if let socket {
      do throws(TableError) {
        return .table(
          try Reader.connect(to: socket, patienceMilliseconds: patienceMilliseconds), nil)
      } catch {
        if !error.isAbsence { refusal = error }
      }
    }
    if let file {
      do throws(TableError) {
        return .table(try Reader.open(file), refusal)
      } catch {
        if !error.isAbsence { refusal = refusal ?? error }
      }
    }
    return refusal.map { .failed($0) } ?? .nothing
  }

  /// Whether a file's name can be a part of a path that a person types.
  static func isName(_ name: Substring) -> Bool {
    (1...200).contains(name.utf8.count) && name.utf8.first != UInt8(ascii: ".")
      && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "/") }
  }

  /// The name of a path's last part, without the ending that tells what it is.
  static func name(ofPath path: String) -> String {
    var parts = path.split(separator: "/")
    // A mounted tree has a publisher's table by this name in the publisher's directory.
    if parts.last == ".table", parts.count > 1 { parts.removeLast() }
    var name = parts.last ?? "table"
    for ending in [".table", ".socket"] where name.hasSuffix(ending) && name.count > ending.count {
      name = name.dropLast(ending.count)
    }
    let plain = String(name.unicodeScalars.map { $0.value < 0x20 ? "?" : Character($0) })
    return plain.utf8.contains(UInt8(ascii: "/")) ? "table" : plain
  }
}
