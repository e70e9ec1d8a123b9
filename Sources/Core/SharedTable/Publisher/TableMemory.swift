import LinuxSystem

/// Maps the file of a table for the publisher, which writes and extends the file.
///
/// The mapping is created once and covers the whole reserved address space. Words therefore never
/// move, and the address of a counter is valid for the lifetime of the memory.
final class TableMemory: Sendable {
  let mapping: Mapping
  /// The file, open for reading and writing.
  let file: Descriptor
  /// The file, open for reading only; the broker passes this descriptor to readers.
  let readerFile: Descriptor
  /// Whether the file is on a filesystem.
  ///
  /// Such a filesystem might be full when a store needs a page. Therefore `extend` reserves the
  /// pages.
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
    // Seal the file after the mapping, because a sealed file cannot be mapped for writing.
    try systemCall { () throws(SystemError) in try file.sealForReaders() }
    self.init(
      file: file.release(), readerFile: readers, mapping: mapping, isOnFileSystem: false)
  }

  /// Creates the memory from a file on tmpfs.
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
