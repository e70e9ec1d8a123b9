import Glibc
import StatsTree

extension Snapshot {
  /// Says of one group alone that a call of the hypervisor failed, by minus its errno value.
  mutating func fail(_ placement: Placement, result: Int) {
    switch -result {
    // The domain ended.
    case Int(ESRCH): fail(placement, .gone)
    // The hypervisor was busy: the last numbers are stale.
    case Int(EAGAIN), Int(EBUSY), Int(EINTR): break
    default: fail(placement, .denied(code: Int32(-result)))
    }
  }
}
