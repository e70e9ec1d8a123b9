import LinuxSystem

/// A file in memory that its publisher writes and extends, mapped once for all sizes.
///
/// The mapping covers the whole reserved address space, so that words never move and a counter is a
/// plain address for the lifetime of the memory.
final class TableMemory: Sendable {
  let mapping: Mapping
  /// The file, open for reading and writing.
  let file: Descriptor
  /// The file, open for reading; passed to readers.
  let readerFile: Descriptor
  /// Whether the file is on a filesystem that may be full when a store needs a page.
  private let isOnFileSystem: Bool

  /// Creates a memfd that other processes cannot write or shrink.
  convenience init(name: String, byteCount: Int, addressSpace: Int) throws(TableError) {
    let file = try systemCall { () throws(SystemError) in
      try MemoryFile(name: name, byteCount: byteCount)
    }
    let readers = try systemCall { () throws(SystemError) in
      try file.descriptor.reopenedForReading()
    }
    let mapping = try systemCall { () throws(SystemError) in
      try Mapping(of: file.descriptor, byteCount: addressSpace, for: .readWrite)
    }
    // Seal after the mapping: the seal against writing prevents later writable mappings.
    try systemCall { () throws(SystemError) in try file.sealForReaders() }
    self.init(
      file: file.release(), readerFile: readers, mapping: mapping, isOnFileSystem: false)
  }

  /// Uses a file on tmpfs.
  convenience init(
    persistent file: consuming Descriptor, byteCount: Int, addressSpace: Int
  ) throws(TableError) {
    let readers = try systemCall { [number = file.rawValue] () throws(SystemError) in
      try Descriptor.open("/proc/self/fd/\(number)")
    }
    let mapping: Mapping
    do throws(SystemError) {
      try file.reserve(byteCount)
      mapping = try Mapping(of: file, byteCount: addressSpace, for: .readWrite)
    } catch {
      throw .system(error)
    }
    self.init(file: file, readerFile: readers, mapping: mapping, isOnFileSystem: true)
  }

  /// Extends the file.
  func extend(to byteCount: Int) throws(SystemError) {
    if isOnFileSystem {
      try file.reserve(byteCount)
    } else {
      try file.extend(to: byteCount)
    }
  }

  private init(
    file: consuming Descriptor, readerFile: consuming Descriptor, mapping: consuming Mapping,
    isOnFileSystem: Bool
  ) {
    self.isOnFileSystem = isOnFileSystem
    self.file = file
    self.readerFile = readerFile
    self.mapping = mapping
  }
}
