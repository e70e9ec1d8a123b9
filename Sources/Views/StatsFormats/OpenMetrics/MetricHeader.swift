/// Writes the TYPE, UNIT and HELP lines of a metric family.
struct MetricHeader {
  let name: String
  let type: String
  let unit: String
  let help: String

  func append(_ dialect: OpenMetrics.Dialect, to text: inout ByteText) {
    text.append("# TYPE \(name) \(type)\n")
    if dialect == .openMetrics, !unit.isEmpty { text.append("# UNIT \(name) \(unit)\n") }
    text.append("# HELP \(name) ")
    text.append(help: help, escapesQuotes: dialect == .openMetrics)
    text.append(byte: .newline)
  }
}
