import LinuxSystem
import Statistics
import StatsFormats
import StatsInput
import StatsKnowledge
import StatsText
import StatsTree

/// Renders all values of a sample in an output format.
struct SampleView {
  private let format: OutputFormat
  private let show: ShowText
  private var json: JSONLines
  private var aggregateJSON: AggregateJSON
  private var aggregateCSV: AggregateCSV
  private var metrics: OpenMetrics?
  private var file: RRDExport?
  private var hasHeader = false
  /// The functions of aggregates to show; `nil` to show all groups.
  private let outputs: [AggregateOutput]?

  init(_ format: OutputFormat, _ show: ShowText, outputs: [AggregateOutput]? = nil) {
    self.format = format
    self.show = show
    self.outputs = outputs
    json = JSONLines(showsRates: show.showsRates)
    aggregateCSV = AggregateCSV(outputs: outputs ?? [])
    aggregateJSON = AggregateJSON(
      outputs: outputs ?? [], meanings: show.meanings, showsRates: show.showsRates)
  }

  /// Returns the values of the last pass (sampling of all groups) as text.
  mutating func bytes(of sampler: Sampler) -> [UInt8] {
    let time = Timestamp.now
    switch format {
    case .table:
      let text =
        outputs.map { outputs in
          AggregateText(outputs: outputs, show, width: Console.width)
            .text(of: sampler, at: time)
        } ?? show.text(of: sampler, at: time)
      return Array(text.utf8)
    case .json:
      return outputs == nil
        ? json.line(of: sampler, at: time) : aggregateJSON.line(of: sampler, at: time)
    case .csv:
      let lines =
        outputs == nil
        ? CSV().lines(of: sampler, at: time) : aggregateCSV.lines(of: sampler, at: time)
      defer { hasHeader = true }
      return hasHeader ? lines : CSV.header + lines
    case .openmetrics, .prometheus:
      if metrics == nil {
        metrics = OpenMetrics(
          sampler, meanings: .builtIn, dialect: format == .openmetrics ? .openMetrics : .prometheus)
      }
      return metrics?.text() ?? []
    case .rrd:
      if file == nil { file = RRDExport(sampler, meanings: .builtIn) }
      file?.update(at: time)
      return file?.bytes ?? []
    }
  }
}
