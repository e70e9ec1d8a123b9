import LinuxSystem

extension Mapping {
  /// Maps the whole file of a table, shared with its writer.
  ///
  /// The mapping is guarded if the file could be truncated.
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
