import FUSE
internal import LinuxSystem
internal import Statistics
internal import StatsTree

/// A file in memory with a group in KVM's binary format, which the kernel reads without the server.
///
/// It is rewritten while it is open. After the group was removed it is empty: readers get an end of
/// file, since no value could indicate the removal.
final class BinarySnapshotFile {
  let entry: Plan.Entry
  let backing: FuseBacking
  private let file: MemoryFile
  private let dataOffset: Int
  private var isGone = false

  /// - Throws: The reason why `read` must serve the bytes.
  init(_ entry: Plan.Entry, _ reading: Reading, _ connection: FuseConnection) throws {
    let encoding = try BinaryEncoding(entry)
    var bytes = encoding.metadata
    BinaryEncoding.append(reading, to: &bytes)
    file = try MemoryFile(name: "vitals-binary", contents: bytes)
    dataOffset = encoding.metadata.count
    backing = try connection.openBacking(of: file.descriptor)
    self.entry = entry
  }

  /// Writes the values of a reading; concurrent readers never see a torn value.
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
