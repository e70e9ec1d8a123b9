import StatsTree

final class QMPBacking: Backing {
  init(deadlineMilliseconds: Int) {}
  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {}
  func close(_ m: Int) {}
}
extension KVMInput { func acquireByMonitors() {} }
