import Glibc
import Statistics

@testable import FUSE
@testable import StatsFS

/// A process that uses a filesystem, with the requests that a kernel would send.
final class Explorer {
  /// An open file.
  final class File {
    let explorer: Explorer
    let node: UInt64
    let handle: UInt64

    init(_ explorer: Explorer, node: UInt64, handle: UInt64) {
      self.explorer = explorer
      self.node = node
      self.handle = handle
    }

    deinit { explorer.files.release(handle, of: node) }

    /// pread(2).
    func read(at offset: UInt64 = 0, _ size: Int = 1 << 16) throws -> [UInt8] {
      var reply = FuseReplyBuffer()
      reply.reset(limit: size)
      try explorer.files.read(
        FuseRange(handle: handle, offset: offset, size: UInt32(size)), of: node,
        for: explorer.caller, into: &reply)
      return reply.message.extracting(FuseReplyBuffer.headerSize...).array
    }

    func text() throws -> String { String(decoding: try read(), as: UTF8.self) }

    /// poll(2): the events, and a wake if there are none.
    func poll(_ events: Int32 = POLLIN, wake: UInt64? = nil) throws -> Int32 {
      Int32(
        try explorer.files.poll(
          FusePoll(handle: handle, wake: wake, events: UInt32(events)), of: node,
          for: explorer.caller))
    }

    func write(_ text: String) throws {
      let bytes = Array(text.utf8)
      let count = try explorer.files.write(
        FuseWrite(handle: handle, offset: 0, bytes: bytes), to: node, for: explorer.caller)
      guard count == bytes.count else { throw FuseError.inputOutput }
    }
  }

  let files: TreeFileSystem
  let caller: FuseCaller

  init(_ files: TreeFileSystem, user: UInt32 = 0) {
    self.files = files
    caller = FuseCaller(user: user, group: user, process: 1)
  }

  func entry(_ path: String) throws(FuseError) -> FuseEntry {
    var found = FuseEntry(
      node: 1,
      attributes: try files.attributes(of: 1, handle: nil, for: caller).attributes,
      nameValidity: 0, attributesValidity: 0)
    for part in path.split(separator: "/") {
      guard let name = FuseName(String(part)) else { throw .noEntry }
      found = try files.lookup(name, in: found.node, for: caller)
    }
    return found
  }

  func attributes(_ path: String) throws(FuseError) -> FuseAttributes {
    try entry(path).attributes
  }

  func open(_ path: String, _ flags: Int32 = O_RDONLY) throws(FuseError) -> File {
    let node = try entry(path).node
    let opened = try files.open(node, FuseOpenFlags(rawValue: UInt32(flags)), for: caller)
    return File(self, node: node, handle: opened.handle)
  }

  /// The content of a file, as for cat(1).
  func read(_ path: String) throws -> String { try open(path).text() }

  /// The names in a directory except `.` and `..`, read in small parts.
  func list(_ path: String) throws -> [String] {
    let node = try entry(path).node
    let handle = try files.openDirectory(node, for: caller).handle
    defer { files.releaseDirectory(handle, of: node) }
    var names: [String] = []
    var cookie: UInt64 = 0
    while true {
      var entries = FuseDirectoryBuffer()
      entries.reset(limit: 512, countsLookups: false)
      try files.readDirectory(
        FuseRange(handle: handle, offset: cookie, size: 512), of: node, for: caller,
        into: &entries)
      entries.finish(identifier: 1)
      let bytes = entries.reply.message.extracting(FuseReplyBuffer.headerSize...)
      if bytes.isEmpty { return names.filter { $0 != "." && $0 != ".." } }
      var offset = 0
      while offset < bytes.count {
        cookie = bytes.uint64(at: offset + 8)
        let length = Int(bytes.uint32(at: offset + 16))
        let name = bytes.extracting(offset + 24..<offset + 24 + length).array
        names.append(String(decoding: name, as: UTF8.self))
        offset += (24 + length + 7) / 8 * 8
      }
    }
  }
}
