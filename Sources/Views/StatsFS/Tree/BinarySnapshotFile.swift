import FUSE
internal import LinuxSystem
internal import Statistics
internal import StatsTree

/// A group in KVM's binary format as a file in memory, which the kernel reads in the server's stead.
///
/// It is written anew for as long as somebody has it open. When the group has gone it becomes empty:
/// a read of it ends, as no number would say so.
final class BinarySnapshotFile {
  let entry: Plan.Entry
  let backing: FuseBacking
  private let file: MemoryFile
  private let dataOffset: Int
  private var isGone = false

  /// - Throws: why the bytes must be served by `read`.
  init(_ entry: Plan.Entry, _ reading: Reading, _ connection: FuseConnection) throws {
    let form = try BinaryForm(entry)
    var bytes = form.head
    BinaryForm.append(reading, to: &bytes)
    file = try MemoryFile(name: "vitals-binary", contents: bytes)
    dataOffset = form.head.count
    backing = try connection.openBacking(of: file.descriptor)
    self.entry = entry
  }

  /// Takes the numbers of now; each is whole for whoever reads meanwhile.
  func update(_ reading: Reading) {
    guard !isGone else { return }
    if reading.status == .gone {
      isGone = true
      try? file.descriptor.resize(to: 0)
    } else {
      try? file.write(BinaryForm.words(of: reading), at: dataOffset)
    }
  }
}
