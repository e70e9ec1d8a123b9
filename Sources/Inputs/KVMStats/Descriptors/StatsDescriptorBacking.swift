import Glibc
public import KVMStatsFormat
import LinuxSystem
import Statistics
public import StatsTree

/// Reads the KVM statistics descriptors of all VMs, one pread(2) per group and pass.
public final class StatsDescriptorBacking: Backing {
  /// The number of groups that share a window, and so two clock readings.
  ///
  /// A clock reading costs about a tenth of a pread(2). A window of 8 groups is about 2 us wide: an
  /// error of two millionths in a rate over a second.
  static let groupsPerWindow = 8

  private let descriptors = DescriptorTable()
  /// The offset of the data by token; -1 for a closed descriptor.
  private var dataOffsets: [Int] = []

  public init() {}

  /// The number of open descriptors.
  public var count: Int { descriptors.count }

  /// Takes ownership of a file.
  ///
  /// - Returns: The token of its group.
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

  /// Closes a descriptor at once: an open one keeps the VM's memory in the kernel.
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
          // A short read is an error: the words after it belong to an earlier sample.
          snapshot.fail(
            placement, offset < 0 ? .gone : .denied(code: count < 0 ? Int32(-count) : ENODATA))
        }
      }
      let now = monotonicNanoseconds()
      let window = Window(begin: begin, end: now)
      for index in start..<end
      where failures == 0 || !snapshot.status(of: placements[index].index).isFailure {
        snapshot.finish(placements[index], window)
      }
      begin = now
      start = end
    }
  }
}

extension Status {
  /// Whether the read of the present pass failed; before the read a group is pending.
  fileprivate var isFailure: Bool {
    switch self {
    case .denied, .gone: true
    case .up, .stale, .pending: false
    }
  }
}
