import StatsChecks
import XenTable

/// The rules of a domain, beyond those of its statistics table.
package enum XenDomainRule: CheckRule {
  /// Skipped in place of the rules of the table if the domain has none. Its identifier is that of
  /// the first of them.
  case hasTable
  case monotonicRunTimes
  case growth
  case sumsOfRunTimes
  case onlineCount
  case secondSource

  package var id: String {
    switch self {
    case .hasTable: XenTableRule.header.id
    case .monotonicRunTimes: "X27"
    case .growth: "X28"
    case .sumsOfRunTimes: "X29"
    case .onlineCount: "X30"
    case .secondSource: "X31"
    }
  }

  package var text: String {
    switch self {
    case .hasTable: "the domain has a statistics table"
    case .monotonicRunTimes: "the run time of a vCPU does not decrease"
    case .growth: "the run time of a vCPU increases no faster than time"
    case .sumsOfRunTimes: "the run times of its vCPUs add up to that of the domain"
    case .onlineCount: "the number of online vCPUs is the one that the domain reports"
    case .secondSource: "the table and libxenctrl agree on a vCPU"
    }
  }
}
