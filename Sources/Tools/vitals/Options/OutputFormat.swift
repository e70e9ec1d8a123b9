import ArgumentParser

/// The output format of a command.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table
  case json
  case csv
  /// OpenMetrics 1.0.
  case openmetrics
  /// The Prometheus text format 0.0.4, with the same series as `openmetrics`.
  case prometheus
  /// A file of an xcp-rrdd plugin, protocol V2.
  case rrd = "xcp-rrdd"

  /// Whether the format is for monitoring systems, which compute sums themselves.
  var isForMonitoring: Bool { [.openmetrics, .prometheus, .rrd].contains(self) }
}

/// The output format of `vitals list`.
enum ListFormat: String, ExpressibleByArgument, CaseIterable {
  case table
  case json
  case csv
}

/// The output format of `vitals check`.
enum FindingFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
  case junit
}
