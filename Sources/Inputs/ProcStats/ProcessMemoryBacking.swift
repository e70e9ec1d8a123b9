public import LinuxSystem
public import Statistics
public import StatsTree

/// How much memory processes have: of a VMM, what its guest has touched and the VMM's own.
///
/// One group is one process; its file stays open, so that a sample is one pread(2), which anybody
/// may do. The kernel counts pages for each CPU and adds them up late: a number may be off by some
/// hundred KiB. Source: `/proc/PID/statm` (kernel document `filesystems/proc.rst`).
public final class ProcessMemoryBacking: Backing {
  /// The address range, what of it is in memory, and what of that is of files or shared.
  public static let schema = Schema(packing: [
    level("virtual_memory"), level("resident_memory"), level("shared_memory"),
  ])

  /// The kernel counts pages.
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

  /// Begins to read a process: the token of its group.
  public func open(process: Int32) throws(SystemError) -> Int {
    try lines.open("\(roots.process(process))/statm")
  }

  /// Ends to read a process.
  public func close(_ token: Int) {
    lines.close(token)
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    // One that ended and that its parent has not asked after has no address range any more.
    lines.sample(placements, into: &snapshot, isOver: { $0 == 0 })
  }
}
