import FUSE
import StatsFS
import Synchronization

/// A filesystem that counts its requests by kind.
final class CountedFileSystem: FuseFileSystem {
  private let files: any FuseFileSystem
  private let counts = Mutex<[String: Int]>([:])

  init(_ files: any FuseFileSystem) { self.files = files }

  /// Returns and resets the counts, such as `lookup=3 open=1`, sorted by kind.
  func drainCounts() -> String {
    let taken = counts.withLock { counts in
      defer { counts = [:] }
      return counts
    }
    return "counts"
      + taken.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
  }

  private func count(_ kind: String) {
    counts.withLock { $0[kind, default: 0] += 1 }
  }

  func connect(to connection: FuseConnection) { files.connect(to: connection) }

  func lookup(
    _ name: FuseName, in directory: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> FuseEntry {
    count("lookup")
    return try files.lookup(name, in: directory, for: caller)
  }

  func forget(_ node: UInt64, lookups: UInt64) {
    count("forget")
    files.forget(node, lookups: lookups)
  }

  func attributes(
    of node: UInt64, handle: UInt64?, for caller: FuseCaller
  ) throws(FuseError) -> (attributes: FuseAttributes, validity: UInt64) {
    count("attributes")
    return try files.attributes(of: node, handle: handle, for: caller)
  }

  func open(
    _ node: UInt64, _ flags: FuseOpenFlags, for caller: FuseCaller
  ) throws(FuseError) -> FuseOpened {
    count("open")
    return try files.open(node, flags, for: caller)
  }

  func read(
    _ range: FuseRange, of node: UInt64, for caller: FuseCaller, into reply: inout FuseReplyBuffer
  ) throws(FuseError) {
    count("read")
    try files.read(range, of: node, for: caller, into: &reply)
  }

  func write(
    _ write: FuseWrite, to node: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> Int {
    count("write")
    return try files.write(write, to: node, for: caller)
  }

  func release(_ handle: UInt64, of node: UInt64) {
    count("release")
    files.release(handle, of: node)
  }

  func openDirectory(_ node: UInt64, for caller: FuseCaller) throws(FuseError) -> FuseOpened {
    count("openDirectory")
    return try files.openDirectory(node, for: caller)
  }

  func readDirectory(
    _ range: FuseRange, of node: UInt64, for caller: FuseCaller,
    into entries: inout FuseDirectoryBuffer
  ) throws(FuseError) {
    count(entries.countsLookups ? "readDirectoryPlus" : "readDirectory")
    try files.readDirectory(range, of: node, for: caller, into: &entries)
  }

  func releaseDirectory(_ handle: UInt64, of node: UInt64) {
    count("releaseDirectory")
    files.releaseDirectory(handle, of: node)
  }

  func poll(
    _ poll: FusePoll, of node: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> UInt32 {
    count("poll")
    return try files.poll(poll, of: node, for: caller)
  }

  func status() -> FuseFileSystemStatus {
    count("status")
    return files.status()
  }
}
