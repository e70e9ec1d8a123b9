import FUSE
import LinuxSystem
import StatsFS

/// The kind of a file to check.
///
/// The filesystem, the type and the first bytes of the file determine the kind.
enum CheckedFile {
  /// A shared table, or the socket of a publisher.
  case table
  /// A Xen statistics table.
  case xen
  /// A file of an xcp-rrdd plugin.
  case rrdd
  /// KVM binary statistics, and all other files.
  case statistics
  /// A directory of a mounted statistics filesystem.
  case mount(MountedFileSystem, directory: String)
  /// A file of a statistics filesystem whose server does not answer.
  case unresponsive
  /// A directory that is not in a statistics filesystem.
  case directory

  init(_ path: String) throws(SystemError) {
    switch try MountPlace(path) {
    case .mounted(let mount, let directory):
      self = .mount(mount, directory: directory)
      return
    case .unresponsive:
      self = .unresponsive
      return
    case .directory:
      self = .directory
      return
    case .file: break
    }
    if try FileStatus(path).isSocket {
      self = .table
      return
    }
    let file = try Descriptor.open(path)
    var start = [UInt8](repeating: 0, count: 8)
    // The check of KVM statistics reports files that pread(2) cannot read, such as pipes.
    let count = (try? file.read(into: &start, at: 0)) ?? 0
    let magic = start.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    if count == 8, start.starts(with: Array("VITALS".utf8)) {
      self = .table
    } else if count == 8, magic == 0xaabb_ccdd || magic.byteSwapped == 0xaabb_ccdd {
      self = .xen
    } else if start.elementsEqual("DATASOUR".utf8) {
      self = .rrdd
    } else {
      self = .statistics
    }
  }
}
