import ArgumentParser

/// How a command writes what it found.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table
  case json
  case csv
  /// OpenMetrics 1.0.
  case openmetrics
  /// Prometheus text 0.0.4, the older form of the same series.
  case prometheus
  /// A file as xcp-rrdd's plugins write them, protocol V2.
  case rrd = "xcp-rrdd"

  /// Whether it is for monitoring systems, which sum and chart by themselves.
  var isForMonitoring: Bool { [.openmetrics, .prometheus, .rrd].contains(self) }
}

/// How `vitals check` writes its findings.
enum FindingFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
  case junit
}
