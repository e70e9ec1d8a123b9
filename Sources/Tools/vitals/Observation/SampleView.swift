import LinuxSystem
import StatsFormats
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
  private let functions: [AggregateFunction]?

  init(_ format: OutputFormat, _ show: ShowText, functions: [AggregateFunction]? = nil) {
    self.format = format
    self.show = show
    self.functions = functions
    json = JSONLines(showsRates: show.showsRates)
    aggregateCSV = AggregateCSV(functions: functions ?? [])
    aggregateJSON = AggregateJSON(functions: functions ?? [], showsRates: show.showsRates)
  }

  /// The text of the last pass.
  mutating func bytes(of sampler: Sampler) -> [UInt8] {
    let moment = Timestamp.now
    switch format {
    case .table:
      let text =
        functions.map { functions in
          AggregateText(functions: functions, show, width: Console.width)
            .text(of: sampler, at: moment)
        } ?? show.text(of: sampler, at: moment)
      return Array(text.utf8)
    case .json:
      return functions == nil
        ? json.line(of: sampler, at: moment) : aggregateJSON.line(of: sampler, at: moment)
    case .csv:
      let lines =
        functions == nil
        ? CSV().lines(of: sampler, at: moment) : aggregateCSV.lines(of: sampler, at: moment)
      defer { hasHeader = true }
      return hasHeader ? lines : CSV.header + lines
    case .openmetrics, .prometheus:
      if metrics == nil {
        metrics = OpenMetrics(
          sampler, .builtIn, dialect: format == .openmetrics ? .openMetrics : .prometheus)
      }
      return metrics?.text() ?? []
    case .rrd:
      if file == nil { file = RRDExport(sampler, .builtIn) }
      file?.update(at: moment)
      return file?.bytes ?? []
    }
  }
}

extension Timestamp {
  /// This moment by both clocks.
  static var now: Timestamp {
    Timestamp(monotonic: monotonicNanoseconds(), realtime: wallNanoseconds())
  }
}
