import FUSE
internal import LinuxSystem
internal import Statistics
internal import StatsTree

/// Holds a group in KVM's binary format in a memory file.
///
/// With passthrough, the kernel reads this file without a request to the server.
///
/// `update` rewrites the values while readers have the file open. When the group is removed, the
/// file becomes empty, so that readers get an end of file. An end of file is necessary, because no
/// value could indicate the removal.
final class BinarySnapshotFile {
  let entry: Plan.Entry
  let backing: FuseBacking
  private let file: MemoryFile
  private let dataOffset: Int
  private var isGone = false

  /// - Throws: An error if passthrough is impossible for the group. `TreeFileSystem.read` must then
  ///   return the bytes.
  init(_ entry: Plan.Entry, _ reading: Reading, _ connection: FuseConnection) throws {
    let encoding = try BinaryEncoding(entry)
    var bytes = encoding.metadata
    BinaryEncoding.append(reading, to: &bytes)
    file = try MemoryFile(name: "vitals-binary", contents: bytes)
    dataOffset = encoding.metadata.count
    backing = try connection.openBacking(of: file.descriptor)
    self.entry = entry
  }

  /// Writes the values of a reading.
  ///
  /// Concurrent readers never see a value that is half old and half new.
  func update(_ reading: Reading) {
    guard !isGone else { return }
    if reading.status == .gone {
      isGone = true
      try? file.descriptor.resize(to: 0)
    } else {
      try? file.write(BinaryEncoding.words(of: reading), at: dataOffset)
    }
  }
}
