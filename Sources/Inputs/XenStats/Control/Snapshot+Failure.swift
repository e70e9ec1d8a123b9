import Glibc
import StatsTree

extension Snapshot {
  /// Sets the status of one group after a failed call of the hypervisor.
  ///
  /// - Parameters:
  ///   - placement: The group.
  ///   - result: The negated `errno` value.
  mutating func fail(_ placement: Placement, result: Int) {
    switch -result {
    // The domain ended.
    case Int(ESRCH): fail(placement, .gone)
    // The hypervisor was busy: the last values become stale.
    case Int(EAGAIN), Int(EBUSY), Int(EINTR): break
    default: fail(placement, .denied(code: Int32(-result)))
    }
  }
}
