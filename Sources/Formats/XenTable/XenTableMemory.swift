import LinuxSystem

extension Mapping {
  /// Maps the whole file of a table, shared with the writer of the table.
  ///
  /// If the file could be truncated, the mapping is guarded: an access beyond the new end then does
  /// not end the process.
  init(sharing descriptor: borrowing Descriptor) throws(XenTableError) {
    let length: Int
    do throws(SystemError) {
      length = try descriptor.byteCount()
    } catch {
      throw .system(error)
    }
    guard length >= 16 else { throw .truncated(available: length) }
    do throws(SystemError) {
      try self.init(
        of: descriptor, byteCount: length, isGuarded: !MemoryFile.isSizeSealed(descriptor))
    } catch {
      throw .system(error)
    }
  }
}
