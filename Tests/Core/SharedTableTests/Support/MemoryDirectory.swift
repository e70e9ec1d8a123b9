import Glibc
import LinuxSystem

/// A temporary directory on tmpfs, removed with the value.
final class MemoryDirectory: Sendable {
  let path: String

  init(below parent: String = "/dev/shm") throws {
    var template = Array("\(parent)/vitals-test-XXXXXX".utf8CString)
    let isMade = unsafe template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return unsafe mkdtemp(start) != nil
    }
    guard isMade else { throw SystemError(call: "mkdtemp", object: parent, code: errno) }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    for name in entries { removeFile("\(path)/\(name)") }
    for name in entries { unsafe rmdir("\(path)/\(name)") }
    unsafe rmdir(path)
  }

  /// The names of its files, sorted.
  var entries: [String] { ((try? directoryEntries(path)) ?? []).sorted() }

  /// Writes a file that its owner may write and all users may read.
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let whole = "\(path)/\(name)"
    try Descriptor.open(whole, for: .create).write(bytes)
    return whole
  }
}
