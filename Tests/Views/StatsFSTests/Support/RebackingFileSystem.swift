import LinuxSystem
import StatsFS
import Synchronization

@testable import FUSE

/// A filesystem whose only file gets a new backing at each open.
final class RebackingFileSystem: FuseFileSystem {
  private struct State: ~Copyable {
    var connection: FuseConnection?
    var backings: [FuseBacking] = []
  }

  private let state = Mutex(State())
  private let memory: MemoryFile

  init() throws(SystemError) {
    memory = try MemoryFile(name: "rebacked", contents: [1, 2, 3])
  }

  func connect(to connection: FuseConnection) {
    state.withLock { $0.connection = connection }
  }

  func lookup(
    _: FuseName, in _: UInt64, for _: FuseCaller
  ) throws(FuseError) -> FuseEntry {
    FuseEntry(
      node: 2, attributes: FuseAttributes(inode: 2, kind: .file, permissions: 0o444, size: 3),
      nameValidity: 1_000_000_000, attributesValidity: 1_000_000_000)
  }

  func attributes(
    of node: UInt64, handle _: UInt64?, for _: FuseCaller
  ) throws(FuseError) -> (attributes: FuseAttributes, validity: UInt64) {
    (FuseAttributes(inode: node, kind: .directory, permissions: 0o755), 0)
  }

  func open(
    _: UInt64, _: FuseOpenFlags, for _: FuseCaller
  ) throws(FuseError) -> FuseOpened {
    let backing = state.withLock { state in
      let backing = try? state.connection?.openBacking(of: memory.descriptor)
      if let backing { state.backings.append(backing) }
      return backing
    }
    guard let backing else { throw .inputOutput }
    return FuseOpened(backing: backing)
  }

  func read(
    _: FuseRange, of _: UInt64, for _: FuseCaller, into _: inout FuseReplyBuffer
  ) throws(FuseError) {
    throw .inputOutput
  }

  func readDirectory(
    _: FuseRange, of _: UInt64, for _: FuseCaller, into _: inout FuseDirectoryBuffer
  ) throws(FuseError) {}
}
