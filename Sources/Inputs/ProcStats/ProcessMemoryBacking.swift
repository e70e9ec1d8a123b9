public import LinuxSystem
public import Statistics
public import StatsTree

/// Reads the memory use of processes; that of a VMM includes the pages its guest has touched.
///
/// A group is a process. Its file remains open: a sample is one pread(2), which needs no privilege.
/// The kernel counts pages per CPU and sums them with a delay: a value may deviate by some hundred
/// KiB. Source: `/proc/PID/statm` (kernel document `filesystems/proc.rst`).
public final class ProcessMemoryBacking: Backing {
  /// The address space, its resident part, and the resident pages of files and shared memory.
  public static let schema = Schema(packing: [
    level("virtual_memory"), level("resident_memory"), level("shared_memory"),
  ])

  /// Creates a statistic in pages.
  private static func level(_ name: String) -> Statistic {
    Statistic(
      name, .instant, unit: .bytes,
      scale: Scale(base: .two, exponent: Int16(pageByteCount.trailingZeroBitCount)),
      stability: .stable)
  }

  private let roots: SystemRoots
  private var lines = NumberLineReader()

  public init(roots: SystemRoots = SystemRoots()) {
    self.roots = roots
  }

  /// Opens the file of a process and returns the token of its group.
  public func open(process: Int32) throws(SystemError) -> Int {
    try lines.open("\(roots.process(process))/statm")
  }

  /// Closes the group of a process.
  public func close(_ token: Int) {
    lines.close(token)
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    // A zombie has no address space.
    lines.sample(placements, into: &snapshot, hasEnded: { $0 == 0 })
  }
}
