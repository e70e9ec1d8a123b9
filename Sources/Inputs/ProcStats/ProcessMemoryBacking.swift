public import LinuxSystem
public import Statistics
public import StatsTree

/// Reads the memory use of processes.
///
/// The memory of a VMM includes the pages that its guest has touched.
///
/// Each process has one group. The file of the process remains open, so that a sample takes one
/// pread(2), which needs no privilege. The kernel counts pages per CPU and adds up the counts with
/// a delay. Therefore a value can be wrong by some hundred KiB. Source: `/proc/PID/statm` (kernel
/// document `filesystems/proc.rst`).
public final class ProcessMemoryBacking: Backing {
  /// The size of the address space, its resident part, and the resident pages of files and shared
  /// memory.
  public static let schema = Schema(packing: [
    level("virtual_memory"), level("resident_memory"), level("shared_memory"),
  ])

  /// Creates a statistic whose values are counts of pages.
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

  /// Opens the file of a process, and returns the token of its group (the id in this backing).
  public func open(process: Int32) throws(SystemError) -> Int {
    try lines.open("\(roots.process(process))/statm")
  }

  /// Closes the group of a process.
  public func close(_ token: Int) {
    lines.close(token)
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    // A zombie process has no address space, so its first number is 0.
    lines.sample(placements, into: &snapshot, hasEnded: { $0 == 0 })
  }
}
