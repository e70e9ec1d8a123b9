import LinuxSystem

extension Mapping {
  /// All of a table's file, shared with its writer.
  ///
  /// Where the file can get shorter, the mapping is guarded.
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
