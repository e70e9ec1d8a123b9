import LinuxSystem
import RRDFormat

/// Opens a file, and makes sure that only root or the reader can have created it and can change it.
struct RRDOpenFile: ~Copyable {
  /// The maximum number of consecutive attempts to read a file whose checksum is wrong.
  static let maximumAttempts = 8
  /// The maximum size of a file.
  ///
  /// Plausible values and metadata need less.
  static let maximumByteCount = 48 << 20

  private let descriptor: Descriptor

  private init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// Opens a file in a world-writable directory, without blocking.
  static func open(_ path: String) throws(RRDAccessError) -> RRDOpenFile {
    let opened: RRDOpenFile
    let status: FileStatus
    do throws(SystemError) {
      let descriptor = try Descriptor.openUntrusted(path)
      status = try FileStatus(descriptor)
      opened = RRDOpenFile(descriptor)
    } catch {
      throw .system(error)
    }
    guard status.isRegular else { throw .untrusted("not a regular file") }
    guard [0, currentUser()].contains(status.owner) else {
      throw .untrusted("owner is user \(status.owner)")
    }
    guard !status.isWritableByOthers else {
      throw .untrusted("writable by its group or by others")
    }
    guard status.links == 1 else { throw .untrusted("has \(status.links) hard links") }
    guard status.size <= Self.maximumByteCount else { throw .tooLarge(status.size) }
    return opened
  }

  /// Reads and parses the whole file.
  ///
  /// Repeats this if an update might be in progress.
  func read() throws(RRDAccessError) -> RRDFile {
    var attempt = 1
    while true {
      do throws(RRDFormatError) {
        return try RRDFile(bytes())
      } catch {
        let error = RRDAccessError.format(error)
        guard error.mayBeTorn, attempt < Self.maximumAttempts else { throw error }
        attempt += 1
      }
    }
  }

  /// Reads all bytes of the file.
  ///
  /// After an error, returns fewer bytes, which the parser detects.
  private func bytes() -> [UInt8] {
    let size = (try? descriptor.byteCount()) ?? 0
    var bytes = [UInt8](repeating: 0, count: min(size, Self.maximumByteCount))
    let count = (try? descriptor.read(into: &bytes, at: 0)) ?? 0
    return count == bytes.count ? bytes : Array(bytes[..<count])
  }

  /// Reads the start of the file (pread(2)).
  ///
  /// - Returns: The number of bytes read; 0 after an error.
  func read(into bytes: inout [UInt8]) -> Int {
    (try? descriptor.read(into: &bytes, at: 0)) ?? 0
  }
}
