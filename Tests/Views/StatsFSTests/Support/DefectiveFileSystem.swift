import Glibc
import StatsFS
import Synchronization

@testable import FUSE

/// A small statistics filesystem with one defect.
final class DefectiveFileSystem: FuseFileSystem {
  private struct State: ~Copyable {
    var nodes = NodeTable(root: "")
    /// The bytes of each handle, and the end of the last read.
    var handles: [UInt64: (bytes: [UInt8], end: UInt64)] = [:]
    var lastHandle: UInt64 = 0
    var sample: UInt64 = 0
  }

  private let files: DefectiveFiles
  private let errors: [String: FuseError]
  private let state = Mutex(State())

  init(
    _ defect: MountDefect, isPlain: Bool = false, errors: [String: FuseError] = [:]
  ) {
    files = DefectiveFiles(defect: defect, isPlain: isPlain)
    self.errors = errors
  }

  private func path(_ node: UInt64) throws(FuseError) -> String {
    guard let path = state.withLock({ $0.nodes[node] }) else { throw .stale }
    return path
  }

  private func entry(_ path: String, _ node: UInt64) -> FuseEntry {
    FuseEntry(node: node, attributes: attributes(path), nameValidity: 0, attributesValidity: 0)
  }

  private func attributes(_ path: String) -> FuseAttributes {
    let isDirectory = files.isDirectory(path)
    let sample = state.withLock { $0.sample }
    let size = isDirectory ? 0 : files.content(path, sample: sample).count
    let inode = path.utf8.reduce(1) { ($0 &* 31 &+ UInt64($1)) % 1_000_000_007 }
    return FuseAttributes(
      inode: inode, kind: isDirectory ? .directory : .file, permissions: files.permissions(path),
      size: UInt64(size + (files.defect == .longSize && path.hasSuffix("phase") ? 1 : 0)))
  }

  func lookup(
    _ name: FuseName, in directory: UInt64, for _: FuseCaller
  ) throws(FuseError) -> FuseEntry {
    let parent = try path(directory)
    guard let name = name.text, files.names(in: parent)?.contains(name) == true else {
      throw .noEntry
    }
    let path = parent.isEmpty ? name : "\(parent)/\(name)"
    return entry(path, state.withLock { $0.nodes.lookUp(path) })
  }

  func forget(_ node: UInt64, lookups: UInt64) {
    _ = state.withLock { $0.nodes.forget(node, lookups: lookups) }
  }

  func attributes(
    of node: UInt64, handle _: UInt64?, for _: FuseCaller
  ) throws(FuseError) -> (attributes: FuseAttributes, validity: UInt64) {
    (attributes(try path(node)), 0)
  }

  func open(
    _ node: UInt64, _ flags: FuseOpenFlags, for _: FuseCaller
  ) throws(FuseError) -> FuseOpened {
    let path = try path(node)
    if let error = errors[path] { throw error }
    let isReadOnly = files.permissions(path) & 0o200 == 0 && files.defect != .opensForWriting
    if flags.isForWriting && isReadOnly { throw .accessDenied }
    return state.withLock { state in
      state.lastHandle += 1
      state.handles[state.lastHandle] = ([], .max)
      return .computed(handle: state.lastHandle)
    }
  }

  func read(
    _ range: FuseRange, of node: UInt64, for _: FuseCaller, into reply: inout FuseReplyBuffer
  ) throws(FuseError) {
    let path = try path(node)
    try state.withLock { state throws(FuseError) in
      guard var handle = state.handles[range.handle] else { throw .badDescriptor }
      let isFirst = handle.end == .max
      // A read that continues gets the rest of the sample.
      if range.offset != handle.end {
        state.sample = min(state.sample + 1, 500)
        handle.bytes = files.content(path, sample: state.sample)
      }
      if files.defect == .movesBetweenBytes, range.size == 1, range.offset > 0 {
        // The number has got another digit.
        handle.bytes = files.content(path, sample: state.sample + 1_000)
      }
      if files.defect == .readsOnce, range.offset == 0, !isFirst { handle.bytes = [] }
      let before = reply.count
      reply.append(handle.bytes, from: range.offset)
      handle.end = range.offset + UInt64(reply.count - before)
      state.handles[range.handle] = handle
    }
  }

  func write(
    _: FuseWrite, to _: UInt64, for _: FuseCaller
  ) throws(FuseError) -> Int {
    preconditionFailure("the check wrote to the mount")
  }

  func release(_ handle: UInt64, of _: UInt64) {
    _ = state.withLock { $0.handles.removeValue(forKey: handle) }
  }

  func readDirectory(
    _ range: FuseRange, of node: UInt64, for _: FuseCaller,
    into entries: inout FuseDirectoryBuffer
  ) throws(FuseError) {
    let parent = try path(node)
    if let error = errors[parent] { throw error }
    guard let names = files.names(in: parent) else { throw .notDirectory }
    for index in Int(range.offset)..<max(names.count, Int(range.offset)) {
      let path = parent.isEmpty ? names[index] : "\(parent)/\(names[index])"
      let isLookup = entries.countsLookups
      let number = state.withLock { isLookup ? $0.nodes.lookUp(path) : 0 }
      guard let name = FuseName(names[index]),
        entries.append(entry(path, number), named: name, cookie: UInt64(index + 1))
      else {
        if isLookup { forget(number, lookups: 1) }
        return
      }
    }
  }

  func poll(
    _ poll: FusePoll, of node: UInt64, for _: FuseCaller
  ) throws(FuseError) -> UInt32 {
    let isReadable = try !path(node).hasSuffix(".schema") || files.defect == .alwaysReadable
    return isReadable ? poll.events & UInt32(POLLIN | POLLRDNORM) : 0
  }
}
