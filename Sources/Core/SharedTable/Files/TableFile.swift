import LinuxSystem

/// The file of a persistent table: created under a temporary name, then renamed.
struct TableFile: ~Copyable {
  let path: String
  private let newPath: String
  private var file: Descriptor?
  private var isInPlace = false

  /// Creates the file under its temporary name.
  ///
  /// - Throws: `onDisk` if the directory is not on tmpfs.
  init(name: String, directory: String) throws(TableError) {
    try systemCall { () throws(SystemError) in try makeDirectory(directory) }
    let path = "\(directory)/\(name).table"
    // Readers search for names that end in .table.
    let newPath = "\(path).new"
    removeFile(newPath)
    let file = try systemCall { () throws(SystemError) in
      try Descriptor.createNew(newPath, mode: 0o644)
    }
    let isFit: Bool
    do throws(SystemError) {
      isFit = try file.isInMemory()
      // The process holds the lock until it ends: the lock shows readers that a publisher writes
      // the file.
      _ = try file.lock()
    } catch {
      removeFile(newPath)
      throw .system(error)
    }
    guard isFit else {
      removeFile(newPath)
      throw .onDisk(file: path)
    }
    self.path = path
    self.newPath = newPath
    self.file = consume file
  }

  /// Returns the memory of the file and transfers the file to it.
  mutating func memory(_ publication: Publication) throws(TableError) -> TableMemory {
    guard let file = file.take() else { preconditionFailure("the file was transferred before") }
    return try TableMemory(
      persistent: file, byteCount: publication.initialByteCount,
      addressSpace: publication.addressSpaceByteCount)
  }

  /// Renames the file to its final name, replacing that of a dead publisher.
  ///
  /// The caller holds the claim of the name.
  mutating func moveIntoPlace() throws(TableError) {
    try systemCall { () throws(SystemError) in try renameFile(newPath, to: path) }
    isInPlace = true
  }

  deinit {
    if !isInPlace { removeFile(newPath) }
  }

  /// Removes the file at `path` if it is still the given file.
  static func remove(_ path: String, if file: borrowing Descriptor) {
    guard let now = try? FileStatus(path), let ours = try? FileStatus(file), now.isSame(as: ours)
    else { return }
    removeFile(path)
  }
}
