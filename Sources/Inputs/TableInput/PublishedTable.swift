import LinuxSystem
import SharedTable
import StatsTree

/// The file of a publisher's table, for views that hand it out.
final class PublishedTable: SharedFile {
  let identifier: UInt64
  private let file: Descriptor

  /// Nil where the process has no room for another descriptor.
  init?(_ reader: Reader) {
    guard let file = try? reader.shareFile(), let status = try? FileStatus(file) else {
      return nil
    }
    identifier = status.inode
    self.file = file
  }

  var byteCount: Int { (try? file.byteCount()) ?? 0 }

  func withDescriptor<Result>(_ body: (Int32) -> Result) -> Result { body(file.rawValue) }
}
