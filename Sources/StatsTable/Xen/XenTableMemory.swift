import LinuxSystem

// How the bytes of a table come into this process.
extension Mapping {
  /// The longest file that is copied.
  static let largestTableCopy = 64 << 20

  /// All of a file that cannot get shorter, shared with its writer.
  ///
  /// - Throws: `canShrink` where it can: an access beyond its new end would end this process.
  init(sharing descriptor: borrowing Descriptor) throws(XenTableFlaw) {
    guard MemoryFile.isSizeSealed(descriptor) else { throw .canShrink }
    let byteCount = try Self.tableByteCount(descriptor)
    do throws(SystemError) {
      try self.init(of: descriptor, byteCount: byteCount)
    } catch {
      throw .system(error)
    }
  }

  /// The bytes of a file as they are now, read by one pread(2).
  ///
  /// What a writer changes meanwhile may be torn.
  init(copying descriptor: borrowing Descriptor) throws(XenTableFlaw) {
    let byteCount = try Self.tableByteCount(descriptor)
    guard byteCount <= Self.largestTableCopy else {
      throw .field(
        .byteCount, value: byteCount, rule: "at most \(Self.largestTableCopy) to be copied")
    }
    do throws(SystemError) {
      try self.init(bytes: try descriptor.bytes(count: byteCount, at: 0))
    } catch {
      throw .system(error)
    }
  }

  /// Memory of our own with these bytes.
  ///
  /// - Precondition: there are bytes.
  init(bytes: [UInt8]) throws(SystemError) {
    try self.init(anonymous: bytes.count)
    store(bytes: bytes, at: 0)
  }

  private static func tableByteCount(_ descriptor: borrowing Descriptor) throws(XenTableFlaw)
    -> Int
  {
    let byteCount: Int
    do throws(SystemError) {
      byteCount = try descriptor.byteCount()
    } catch {
      throw .system(error)
    }
    guard byteCount >= 16 else { throw .truncated(available: byteCount) }
    return byteCount
  }
}
