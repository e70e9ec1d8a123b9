import KVMStats
import KVMStatsFormat
import RRDStats
import SharedTable
import StatsFS
import StatsText
import XenStats
import XenTable

extension RuleList {
  /// The rules of all checkers of `vitals check`.
  static var all: RuleList {
    RuleList([
      Checker("KVM binary statistics", StatsFileRule.self),
      Checker("KVM statistics descriptors", CalibrationRule.self),
      Checker("Shared tables", TableRule.self),
      Checker("Xen statistics tables", XenTableRule.self),
      Checker("Xen domains", XenDomainRule.self),
      Checker("Files of xcp-rrdd plugins", RRDFileRule.self),
      Checker("Mounted directories", MountRule.self),
    ])
  }
}
