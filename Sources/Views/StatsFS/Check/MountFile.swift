import LinuxSystem

/// An open file of the mount.
struct MountFile: ~Copyable {
  let descriptor: Descriptor
  let path: String

  private init(_ descriptor: consuming Descriptor, _ path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  static func open(_ path: String) throws(SystemError) -> MountFile {
    MountFile(try Descriptor.open(path), path)
  }

  /// Reads the whole file by pread(2), from offset 0 to the end of file.
  func whole(step: Int = 65_536) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: step)
    while bytes.count <= Self.maximumByteCount {
      let count: Int
      do throws(SystemError) {
        count = try descriptor.read(into: &chunk, at: bytes.count)
      } catch {
        throw SystemError(call: error.call, object: path, code: error.code)
      }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    return bytes
  }

  /// The number of bytes after which reading stops.
  ///
  /// Every file of the mount is smaller.
  private static let maximumByteCount = 1 << 28
}
