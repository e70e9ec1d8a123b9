import Glibc
public import KVMStatsFormat
import LinuxSystem
import Statistics
public import StatsTree

/// KVM statistics descriptors of all VMs: a sample of a group is one pread(2) into its record.
public final class StatsDescriptorBacking: Backing {
  /// How many groups share two clock readings.
  ///
  /// A reading costs about a tenth of a pread. With 8 groups to a window, windows are about 2 us
  /// wide: two millionths of a second's rate.
  static let groupsPerWindow = 8

  private let descriptors = DescriptorTable()
  /// By token; -1 for a descriptor that was closed.
  private var dataOffsets: [Int] = []

  public init() {}

  /// The number of descriptors held.
  public var count: Int { descriptors.count }

  /// Takes the file: the token of its group.
  public func open(_ file: consuming KVMStatsFile) -> Int {
    let offset = file.header.dataOffset
    let token = descriptors.insert(file.takeDescriptor())
    if token < dataOffsets.count {
      dataOffsets[token] = offset
    } else {
      dataOffsets.append(offset)
    }
    return token
  }

  /// Closes the descriptor at once: it keeps the VM's memory in the kernel.
  public func close(_ token: Int) {
    descriptors.remove(token)
    dataOffsets[token] = -1
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    var begin = monotonicNanoseconds()
    var start = 0
    while start < placements.count {
      let end = min(start + Self.groupsPerWindow, placements.count)
      var failures = 0
      for index in start..<end {
        let placement = placements[index]
        let offset = dataOffsets[placement.token]
        let count =
          offset < 0
          ? -Int(EBADF)
          : snapshot.fill(placement) { record in
            descriptors.read(placement.token, into: &record, at: offset)
          }
        if count != placement.count * 8 {
          failures += 1
          // A short read is an error: the words behind it are of another sample.
          snapshot.fail(
            placement, offset < 0 ? .gone : .denied(code: count < 0 ? Int32(-count) : ENODATA))
        }
      }
      let now = monotonicNanoseconds()
      let window = Window(begin: begin, end: now)
      for index in start..<end
      where failures == 0 || !snapshot.status(of: placements[index].index).isRefused {
        snapshot.finish(placements[index], window)
      }
      begin = now
      start = end
    }
  }
}

extension Status {
  fileprivate var isRefused: Bool { !hasNumbers }
}
