import CVitals
import Glibc
import LinuxSystem
import SharedTable
import Statistics

/// A table file whose bytes a test changes.
final class TableFileImage {
  let path: String
  private(set) var bytes: [UInt8]

  /// A copy of a publisher's table.
  init(of publisher: Publisher, named name: String = "image") throws {
    let file = try publisher.descriptorForReader()
    bytes = try file.bytes(count: publisher.memoryUse.tableByteCount, at: 0)
    path = "/dev/shm/vitals-\(name)-\(currentProcess())-\(UInt32.random(in: 0 ... .max)).table"
    try write()
  }

  deinit {
    removeFile(path)
  }

  /// Writes the bytes in place, as a publisher does.
  func write() throws {
    let file = try Descriptor.createOrOpen(path, mode: 0o644)
    try file.resize(to: bytes.count)
    try file.write(bytes)
  }

  /// Truncates or extends the file.
  func resize(to count: Int) throws {
    try Descriptor.createOrOpen(path, mode: 0o644).resize(to: count)
  }

  func set(_ value: some FixedWidthInteger, at offset: Int) {
    for index in 0..<value.bitWidth / 8 {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
  }

  func word(at offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * $1) }
  }

  func half(at offset: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: (0..<4).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * $1) })
  }

  /// The offsets of the blocks of a kind, in order.
  func blocks(_ kind: vitals_block_kind) -> [Int] {
    var found: [Int] = []
    var offset = Int(word(at: 48))
    while offset < bytes.count {
      if word(at: offset) != 0, half(at: offset + 16) == kind.rawValue { found.append(offset) }
      offset += Int(word(at: offset + 8))
    }
    return found
  }

  /// The offset of a word in a group's first copy.
  func value(_ word: Int, ofGroup group: Int) -> Int {
    Int(self.word(at: group + 40)) + 16 + word * 8
  }
}

/// Removes a directory and the files in it.
func removeDirectory(_ path: String) {
  for name in (try? directoryEntries(path)) ?? [] { removeFile("\(path)/\(name)") }
  _ = unsafe rmdir(path)
}
