import Glibc
public import KVMStatsFormat
import LinuxSystem
import Statistics
public import StatsTree

/// Reads the KVM statistics descriptors of all VMs.
///
/// Each pass (a sampling of all groups) makes one pread(2) per group.
public final class StatsDescriptorBacking: Backing {
  /// The number of groups that share a window (the time in which they are read) and its two clock
  /// readings.
  ///
  /// A clock reading costs about a tenth of a pread(2). A window of 8 groups is about 2 us wide. In
  /// a rate over one second, this causes an error of two millionths.
  static let groupsPerWindow = 8

  private let descriptors = DescriptorTable()
  /// For each token (the id of a group in this backing), the offset of the data; -1 for a closed
  /// descriptor.
  private var dataOffsets: [Int] = []

  public init() {}

  /// The number of open descriptors.
  public var count: Int { descriptors.count }

  /// Takes ownership of a file and creates its group.
  ///
  /// - Returns: The token of the group.
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

  /// Closes a descriptor immediately, because an open descriptor keeps the VM's memory in the
  /// kernel.
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
          // A short read is an error, because the words after the end of the read belong to an
          // earlier sample.
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
  /// Whether the group's read in the present pass failed.
  ///
  /// A group that was not read yet is pending.
  fileprivate var isFailure: Bool {
    switch self {
    case .denied, .gone: true
    case .up, .stale, .pending: false
    }
  }
}
