import LinuxSystem
import Statistics
import StatsFormats
import StatsInput
import StatsKnowledge
import StatsText
import StatsTree

/// A whole sample in one of the formats.
struct SampleView {
  private let format: OutputFormat
  private let show: ShowText
  private var json: JSONLines
  private var aggregateJSON: AggregateJSON
  private var aggregateCSV: AggregateCSV
  private var metrics: OpenMetrics?
  private var file: RRDExport?
  private var hasHeader = false
  /// What is made of aggregates, where only they are shown.
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

  /// The text of the last pass.
  mutating func bytes(of sampler: Sampler) -> [UInt8] {
    let moment = Timestamp.now
    switch format {
    case .table:
      let text =
        outputs.map { outputs in
          AggregateText(outputs: outputs, show, width: Console.width)
            .text(of: sampler, at: moment)
        } ?? show.text(of: sampler, at: moment)
      return Array(text.utf8)
    case .json:
      return outputs == nil
        ? json.line(of: sampler, at: moment) : aggregateJSON.line(of: sampler, at: moment)
    case .csv:
      let lines =
        outputs == nil
        ? CSV().lines(of: sampler, at: moment) : aggregateCSV.lines(of: sampler, at: moment)
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
      file?.update(at: moment)
      return file?.bytes ?? []
    }
  }
}
