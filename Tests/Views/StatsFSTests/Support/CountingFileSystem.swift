import CAllocations
import LinuxSystem
import SampleFileSystem
import StatsFS
import Synchronization

@testable import FUSE

/// The sample filesystem; it counts the allocations of its thread between reads.
final class CountingFileSystem: FuseFileSystem {
  private let files: SampleFileSystem
  private let reads = Atomic(0)
  private let maximum = Atomic<UInt64>(0)

  init() throws(SystemError) { files = try SampleFileSystem() }

  /// The maximum number of allocations between two reads, except for the first ten.
  var maximumAllocationCount: UInt64 { maximum.load(ordering: .relaxed) }

  func lookup(
    _ name: FuseName, in directory: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> FuseEntry {
    try files.lookup(name, in: directory, for: caller)
  }

  func attributes(
    of node: UInt64, handle: UInt64?, for caller: FuseCaller
  ) throws(FuseError) -> (attributes: FuseAttributes, validity: UInt64) {
    try files.attributes(of: node, handle: handle, for: caller)
  }

  func open(
    _ node: UInt64, _ flags: FuseOpenFlags, for caller: FuseCaller
  ) throws(FuseError) -> FuseOpened {
    try files.open(node, flags, for: caller)
  }

  func read(
    _ range: FuseRange, of node: UInt64, for caller: FuseCaller,
    into reply: inout FuseReplyBuffer
  ) throws(FuseError) {
    let count = allocations_count()
    if reads.wrappingAdd(1, ordering: .relaxed).newValue > 10, count > maximumAllocationCount {
      maximum.store(count, ordering: .relaxed)
    }
    allocations_reset()
    try files.read(range, of: node, for: caller, into: &reply)
  }

  func readDirectory(
    _: FuseRange, of _: UInt64, for _: FuseCaller, into _: inout FuseDirectoryBuffer
  ) throws(FuseError) {
    throw .notImplemented
  }
}
