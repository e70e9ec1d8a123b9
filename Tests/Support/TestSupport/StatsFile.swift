import Glibc
package import KVMStatsFormat
package import LinuxSystem
import Statistics

/// A KVM binary statistics file in which a test can violate every rule.
package struct StatsFile {
  /// The fields of one descriptor.
  package struct Entry {
    package var name: String
    package var flags: UInt32
    package var exponent: Int16
    package var size: UInt16
    package var offset: UInt32
    package var bucketSize: UInt32

    package init(
      name: String, flags: UInt32 = 0, exponent: Int16 = 0, size: UInt16 = 1, offset: UInt32 = 0,
      bucketSize: UInt32 = 0
    ) {
      self.name = name
      self.flags = flags
      self.exponent = exponent
      self.size = size
      self.offset = offset
      self.bucketSize = bucketSize
    }
  }

  package var nameSize = 48
  package var id = "kvm-100/vcpu-0"
  package var idOffset: Int?
  package var descriptorOffset: Int?
  package var dataOffset: Int?
  package var entries: [Entry]
  package var words: [UInt64]
  /// The name of the memory file.
  package var name = "statistics"
  /// The length of the file; `nil` for the end of its last block.
  package var length: Int?

  /// Creates a valid file with a counter, a level, a log histogram of 4 buckets and a boolean.
  package init(id: String = "kvm-100/vcpu-0", words: [UInt64] = [10, 20, 1, 2, 3, 4, 1]) {
    self.id = id
    self.words = words
    entries = [
      Entry(name: "exits"), Entry(name: "pages", flags: 0x111, exponent: 12, offset: 8),
      Entry(name: "wait_hist", flags: 0x24, exponent: -9, size: 4, offset: 16),
      Entry(name: "blocking", flags: 0x41, offset: 48),
    ]
  }

  private var stride: Int { 16 + nameSize }
  package var descriptorStart: Int { descriptorOffset ?? 24 + nameSize }
  package var descriptorEnd: Int { descriptorStart + stride * entries.count }
  package var dataStart: Int { dataOffset ?? descriptorEnd }

  package var bytes: [UInt8] {
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

  /// Pads a text with NULs; a text of maximum length has none.
  private func padded(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8.prefix(nameSize))
    return bytes + repeatElement(0, count: nameSize - bytes.count)
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// Returns the file as a memory file.
  package func inMemory() throws -> MemoryFile {
    try MemoryFile(name: name, contents: bytes)
  }

  /// Returns a descriptor of a memory file with the contents.
  package func descriptor(isSealed: Bool = false) throws -> Descriptor {
    let file = try inMemory()
    if isSealed { try file.sealSize() }
    return try file.descriptor.duplicate()
  }

  /// Opens and parses the file.
  package func opened() throws -> KVMStatsFile {
    var schemas = SchemaCache()
    return try KVMStatsFile(reading: descriptor(), schemas: &schemas)
  }
}

extension MemoryFile {
  /// Sets the length of the file (ftruncate(2)).
  package func truncate(to length: Int) throws {
    guard ftruncate(descriptor.rawValue, off_t(length)) == 0 else {
      throw SystemError(call: "ftruncate", object: "memory file", code: errno)
    }
  }

  package func opened() throws -> KVMStatsFile {
    var schemas = SchemaCache()
    return try KVMStatsFile(reading: descriptor.duplicate(), schemas: &schemas)
  }
}
