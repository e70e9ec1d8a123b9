import FUSE
import LinuxSystem
import StatsFS

/// What somebody wants checked, by its place, its type and its first bytes.
enum CheckedFile {
  /// A table of Vitals, or a publisher's socket.
  case table
  /// A Xen statistics table.
  case xen
  /// A file of one of xcp-rrdd's plugins.
  case rrdd
  /// KVM binary statistics, or taken for them.
  case statistics
  /// A directory of a mounted statistics filesystem.
  case mount(MountedFileSystem, directory: String)
  /// Something in such a filesystem, whose server does not answer.
  case silent
  /// Another directory.
  case directory

  init(_ path: String) throws(SystemError) {
    switch try MountPlace(path) {
    case .mounted(let mount, let directory):
      self = .mount(mount, directory: directory)
      return
    case .unresponsive:
      self = .silent
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
    // What cannot be read so, such as a pipe, is what the check of statistics finds.
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
