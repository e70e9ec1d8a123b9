import StatsChecks

/// The rules of a domain, beyond those of its statistics table.
package enum XenDomainRule: CheckRule {
  case monotonicRunTimes
  case growth
  case sumsOfRunTimes
  case onlineCount
  case secondSource
  /// Reported as skipped, in place of the rules of the table, if the domain has no table.
  case hasTable

  package var id: String {
    switch self {
    case .monotonicRunTimes: "X27"
    case .growth: "X28"
    case .sumsOfRunTimes: "X29"
    case .onlineCount: "X30"
    case .secondSource: "X31"
    case .hasTable: "X32"
    }
  }

  package var text: String {
    switch self {
    case .monotonicRunTimes: "the run time of a vCPU does not decrease"
    case .growth: "the run time of a vCPU increases no faster than time"
    case .sumsOfRunTimes: "the run times of its vCPUs add up to that of the domain"
    case .onlineCount: "the number of online vCPUs is the one that the domain reports"
    case .secondSource: "the table and libxenctrl agree on a vCPU"
    case .hasTable: "the domain has a statistics table"
    }
  }
}
