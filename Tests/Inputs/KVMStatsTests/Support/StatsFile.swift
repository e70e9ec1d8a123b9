import Glibc
import LinuxSystem
import Statistics

@testable import KVMStats

/// A KVM binary statistics file of a test's making, in which every rule can be broken.
struct StatsFile {
  /// One descriptor, as its bytes say it.
  struct Entry {
    var name: String
    var flags: UInt32 = 0
    var exponent: Int16 = 0
    var size: UInt16 = 1
    var offset: UInt32 = 0
    var bucketSize: UInt32 = 0
  }

  var nameSize = 48
  var id = "kvm-100/vcpu-0"
  var idOffset: Int?
  var descriptorOffset: Int?
  var dataOffset: Int?
  var entries: [Entry]
  var words: [UInt64]
  /// What the kernel shows of the file's name.
  var name = "statistics"
  /// The file's length, where it is not that of its blocks.
  var length: Int?

  /// A good file: a count, a level, a log histogram of 4 buckets, a boolean.
  init(id: String = "kvm-100/vcpu-0", words: [UInt64] = [10, 20, 1, 2, 3, 4, 1]) {
    self.id = id
    self.words = words
    entries = [
      Entry(name: "exits"), Entry(name: "pages", flags: 0x111, exponent: 12, offset: 8),
      Entry(name: "wait_hist", flags: 0x24, exponent: -9, size: 4, offset: 16),
      Entry(name: "blocking", flags: 0x41, offset: 48),
    ]
  }

  private var stride: Int { 16 + nameSize }
  var descriptorStart: Int { descriptorOffset ?? 24 + nameSize }
  var descriptorEnd: Int { descriptorStart + stride * entries.count }
  var dataStart: Int { dataOffset ?? descriptorEnd }

  var bytes: [UInt8] {
    let idStart = idOffset ?? 24
    var file: [UInt8] = []
    func put(_ part: [UInt8], at offset: Int) {
      if file.count < offset + part.count {
        file += repeatElement(0, count: offset + part.count - file.count)
      }
      file.replaceSubrange(offset..<offset + part.count, with: part)
    }
    put(words.flatMap { Self.bytes($0) }, at: dataStart)
    for (index, entry) in entries.enumerated() {
      put(encoded(entry), at: descriptorStart + index * stride)
    }
    put(padded(id), at: idStart)
    var header = Self.bytes(UInt32(0))
    for field in [nameSize, entries.count, idStart, descriptorStart, dataStart] {
      header += Self.bytes(UInt32(field))
    }
    put(header, at: 0)
    if let length {
      file = Array(file.prefix(length)) + repeatElement(0, count: max(0, length - file.count))
    }
    return file
  }

  private func encoded(_ entry: Entry) -> [UInt8] {
    Self.bytes(entry.flags) + Self.bytes(UInt16(bitPattern: entry.exponent))
      + Self.bytes(entry.size) + Self.bytes(entry.offset) + Self.bytes(entry.bucketSize)
      + padded(entry.name)
  }

  /// A text that fills its place has no NUL.
  private func padded(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8.prefix(nameSize))
    return bytes + repeatElement(0, count: nameSize - bytes.count)
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// The file in memory.
  func inMemory() throws -> MemoryFile {
    try MemoryFile(name: name, contents: bytes)
  }

  /// A descriptor of the file in memory.
  func descriptor(isSealed: Bool = false) throws -> Descriptor {
    let file = try inMemory()
    if isSealed { try file.sealSize() }
    return try file.descriptor.duplicate()
  }

  /// The file as it is opened.
  func opened() throws -> KVMStatsFile {
    var schemas = SchemaCache()
    return try KVMStatsFile(reading: descriptor(), schemas: &schemas)
  }
}

extension MemoryFile {
  /// ftruncate(2).
  func truncate(to length: Int) throws {
    guard ftruncate(descriptor.rawValue, off_t(length)) == 0 else {
      throw SystemError(call: "ftruncate", object: "memory file", code: errno)
    }
  }

  func opened() throws -> KVMStatsFile {
    var schemas = SchemaCache()
    return try KVMStatsFile(reading: descriptor.duplicate(), schemas: &schemas)
  }
}
