import LinuxSystem

/// Creates the file of a persistent table under a temporary name and then renames the file.
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
    // Readers find only names that end in .table, so that the temporary name hides the file.
    let newPath = "\(path).new"
    removeFile(newPath)
    let file = try systemCall { () throws(SystemError) in
      try Descriptor.createNew(newPath, mode: 0o644)
    }
    let isFit: Bool
    do throws(SystemError) {
      isFit = try file.isInMemory()
      // The process holds the lock until the process ends. The lock tells readers that the
      // publisher is alive.
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

  /// Returns the memory of the file, which takes over the ownership of the file.
  mutating func memory(_ publication: Publication) throws(TableError) -> TableMemory {
    guard let file = file.take() else { preconditionFailure("the file was transferred before") }
    return try TableMemory(
      persistent: file, byteCount: publication.initialByteCount,
      addressSpace: publication.addressSpaceByteCount)
  }

  /// Renames the file to its final name, and so replaces the file of a dead publisher.
  ///
  /// - Precondition: The caller holds the claim of the name.
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
