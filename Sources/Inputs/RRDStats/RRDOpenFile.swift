import LinuxSystem
import RRDFormat

/// A file that was opened and may be read: nothing that another user could have put there.
struct RRDOpenFile: ~Copyable {
  /// How often a file is read again that seems half written.
  static let attempts = 8
  /// More than values and metadata that are credible.
  private static let largestByteCount = 48 << 20

  private let descriptor: Descriptor

  private init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// Opens a file in a directory that anybody may write; it is never waited for.
  static func open(_ path: String) throws(RRDAccessError) -> RRDOpenFile {
    let opened: RRDOpenFile
    let status: FileStatus
    do throws(SystemError) {
      let descriptor = try Descriptor.openForeign(path)
      status = try FileStatus(descriptor)
      opened = RRDOpenFile(descriptor)
    } catch {
      throw .system(error)
    }
    guard status.isRegular else { throw .untrusted("it is no regular file") }
    guard [0, currentUser()].contains(status.owner) else {
      throw .untrusted("it is of user \(status.owner)")
    }
    guard !status.isWritableByOthers else {
      throw .untrusted("others than its owner may write it")
    }
    guard status.links == 1 else { throw .untrusted("it has \(status.links) names") }
    guard status.size <= Self.largestByteCount else { throw .tooLarge(status.size) }
    return opened
  }

  /// All of its bytes and what they say; again where they may be half written.
  func read() throws(RRDAccessError) -> RRDFile {
    var attempt = 1
    while true {
      do throws(RRDFormatError) {
        return try RRDFile(bytes())
      } catch {
        let refusal = RRDAccessError.flaw(error)
        guard refusal.mayBeTorn, attempt < Self.attempts else { throw refusal }
        attempt += 1
      }
    }
  }

  /// The bytes of the file; fewer where it cannot be read, which the checksums show.
  private func bytes() -> [UInt8] {
    let size = (try? descriptor.byteCount()) ?? 0
    var bytes = [UInt8](repeating: 0, count: min(size, Self.largestByteCount))
    let count = (try? descriptor.read(into: &bytes, at: 0)) ?? 0
    return count == bytes.count ? bytes : Array(bytes[..<count])
  }

  /// pread(2) of the start of the file: the bytes read, 0 where it cannot be.
  func read(into bytes: inout [UInt8]) -> Int {
    (try? descriptor.read(into: &bytes, at: 0)) ?? 0
  }
}
