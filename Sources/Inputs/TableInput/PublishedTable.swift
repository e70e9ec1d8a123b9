import LinuxSystem
import SharedTable
import StatsTree

/// Holds the file of a publisher's table open, so that a view can use a descriptor of this file.
final class PublishedTable: SharedFile {
  let identifier: UInt64
  private let file: Descriptor

  /// Fails if the process cannot open another descriptor.
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
