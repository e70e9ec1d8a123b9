import LinuxSystem
import Statistics
import StatsTree

/// Reads the run states of domains on XenServer and XCP-ng.
///
/// A sample takes one call of the hypervisor per domain.
final class RunstateBacking: Backing {
  private let control: XenControl
  private var domains = TokenTable<UInt32>()
  private var info = XenRunstateInfo()

  init(_ control: XenControl) {
    self.control = control
  }

  /// Opens the group of a domain, and returns its token (the id of the group in this backing).
  func open(_ domain: UInt32) -> Int {
    domains.open(domain)
  }

  func close(_ token: Int) {
    domains.close(token)
  }

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    domains.read(placements, into: &snapshot) { domain, placement, begin, snapshot in
      let code = control.read(ofDomain: domain, into: &info)
      let end = monotonicNanoseconds()
      if code == 0 {
        snapshot.fill(placement) { record in
          for state in 0..<6 { record[state] = info.times[state] }
          record[6] = info.runnableNanoseconds ?? Inactive.unsigned
          record[7] = UInt64(info.missedChanges)
          record[8] = UInt64(info.state)
        }
        snapshot.finish(placement, Window(begin: begin, end: end))
      } else {
        snapshot.fail(placement, result: code)
      }
      return end
    }
  }
}
