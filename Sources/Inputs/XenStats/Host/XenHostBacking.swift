import LinuxSystem
import Statistics
import StatsTree

/// Reads the values that the hypervisor reports about the host, with one call.
final class XenHostBacking: Backing {
  private let control: XenControl
  private var info = XenHostInfo()

  init(_ control: XenControl) {
    self.control = control
  }

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    let begin = monotonicNanoseconds()
    let code = control.read(into: &info)
    let window = Window(begin: begin, end: monotonicNanoseconds())
    for index in placements.indices {
      let placement = placements[index]
      guard code == 0 else {
        snapshot.fail(placement, result: code)
        continue
      }
      snapshot.fill(placement) { record in
        record[0] = UInt64(info.cpuCount)
        record[1] = UInt64(info.nodeCount)
        let memory = info.memory
        record[2] = memory.map { DomainBacking.bytes($0.totalPageCount) } ?? Inactive.unsigned
        record[3] = memory.map { DomainBacking.bytes($0.freePageCount) } ?? Inactive.unsigned
        record[4] = memory.map { DomainBacking.bytes($0.scrubPageCount) } ?? Inactive.unsigned
      }
      snapshot.finish(placement, window)
    }
  }
}
