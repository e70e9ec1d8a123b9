import LinuxSystem

/// The file of a table that stays: made aside, and moved to its name once it is a table.
struct TableFile: ~Copyable {
  let path: String
  private let newPath: String
  private var file: Descriptor?
  private var isInPlace = false

  /// - Throws: `onDisk` where the directory is not in memory.
  init(name: String, directory: String) throws(TableError) {
    try systemCall { () throws(SystemError) in try makeDirectory(directory) }
    let path = "\(directory)/\(name).table"
    // Readers look for names that end in .table.
    let newPath = "\(path).new"
    removeFile(newPath)
    let file = try systemCall { () throws(SystemError) in
      try Descriptor.createNew(newPath, mode: 0o644)
    }
    let isFit: Bool
    do throws(SystemError) {
      isFit = try file.isInMemory()
      // Held until the process ends: whoever finds the file knows whether somebody writes it.
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

  /// The memory of the file, which is the memory's from then on.
  mutating func memory(_ publication: Publication) throws(TableError) -> TableMemory {
    guard let file = file.take() else { preconditionFailure("the file was taken before") }
    return try TableMemory(
      persistent: file, byteCount: publication.firstByteCount,
      addressSpace: publication.addressSpaceByteCount)
  }

  /// Gives the file its name, in place of a dead publisher's.
  ///
  /// For the holder of the name's claim.
  mutating func moveIntoPlace() throws(TableError) {
    try systemCall { () throws(SystemError) in try renameFile(newPath, to: path) }
    isInPlace = true
  }

  deinit {
    if !isInPlace { removeFile(newPath) }
  }

  /// Removes the name where it is still that of this file.
  static func remove(_ path: String, if file: borrowing Descriptor) {
    guard let now = try? FileStatus(path), let ours = try? FileStatus(file), now.isSame(as: ours)
    else { return }
    removeFile(path)
  }
}
