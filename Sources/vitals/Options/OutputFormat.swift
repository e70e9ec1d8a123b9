import ArgumentParser

/// How a command writes what it found.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table
  case json
  case csv
  case openmetrics
}

/// How `vitals check` writes its findings.
enum FindingFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
  case junit
}
