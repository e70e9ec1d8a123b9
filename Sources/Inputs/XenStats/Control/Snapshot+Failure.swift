import Glibc
import StatsTree

extension Snapshot {
  /// Sets the status of one group after a call to the hypervisor has failed.
  ///
  /// - Parameters:
  ///   - placement: The group.
  ///   - result: The negated `errno` value.
  mutating func fail(_ placement: Placement, result: Int) {
    switch -result {
    // The domain has ended.
    case Int(ESRCH): fail(placement, .gone)
    // The hypervisor was busy, so the last values become stale.
    case Int(EAGAIN), Int(EBUSY), Int(EINTR): break
    default: fail(placement, .denied(code: Int32(-result)))
    }
  }
}
