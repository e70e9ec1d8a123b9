import CLinux
import Glibc

/// Reads a whole small file (open(2), read(2)).
///
/// - Throws: `EFBIG` if the file is longer than `limit` bytes.
public func readFile(_ path: String, limit: Int = 1 << 20) throws(SystemError) -> [UInt8] {
  let file = try Descriptor.open(path)
  var contents: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: min(limit + 1, 16_384))
  while true {
    let count: Int
    do {
      count = try file.read(into: &chunk)
    } catch {
      throw SystemError(call: error.call, object: path, code: error.code)
    }
    if count == 0 { return contents }
    contents += chunk[..<count]
    guard contents.count <= limit else {
      throw SystemError(call: "read", object: path, code: EFBIG)
    }
  }
}

/// Reads a whole small text file; bytes that are not valid UTF-8 become U+FFFD.
public func readText(_ path: String, limit: Int = 1 << 20) throws(SystemError) -> String {
  String(decoding: try readFile(path, limit: limit), as: UTF8.self)
}

/// Returns the target of a symbolic link (readlink(2)).
public func readLink(_ path: String) throws(SystemError) -> String {
  var target = [UInt8](repeating: 0, count: 4096)
  let count = unsafe target.withUnsafeMutableBufferPointer { buffer in
    unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
      guard let start = characters.baseAddress else { return -1 }
      return unsafe readlink(path, start, characters.count)
    }
  }
  guard count >= 0 else { throw SystemError(call: "readlink", on: path) }
  return String(decoding: target[..<count], as: UTF8.self)
}

/// Returns the names in a directory except `.` and `..`, in no particular order (readdir(3)).
public func directoryEntries(_ path: String) throws(SystemError) -> [String] {
  guard let directory = unsafe opendir(path) else { throw SystemError(call: "opendir", on: path) }
  defer { unsafe closedir(directory) }
  var names: [String] = []
  while let entry = unsafe readdir(directory) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
      unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names
}

/// Reads the start of a small file (open(2), read(2), close(2)).
///
/// Use this for files that must be opened again for each read. Files of debugfs are an example,
/// because they do not support pread(2).
///
/// - Returns: The number of bytes read, or the negative `errno` value.
public func readStart(of path: String, into bytes: inout [UInt8]) -> Int {
  let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard number >= 0 else { return -Int(errno) }
  defer { close(number) }
  return unsafe bytes.withUnsafeMutableBytes { buffer in
    let count = unsafe read(number, buffer.baseAddress, buffer.count)
    return count >= 0 ? count : -Int(errno)
  }
}

/// Returns `true` if a path is on a mounted proc(5) (statfs(2)).
public func isProcessFileSystem(_ path: String) -> Bool {
  unsafe clinux_filesystem_magic(path) == 0x9fa0
}
