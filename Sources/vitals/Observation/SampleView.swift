import LinuxSystem
import StatsFormats
import StatsTree

/// A whole sample in one of the formats.
struct SampleView {
  private let format: OutputFormat
  private let show: ShowText
  private var json: JSONLines
  private var metrics: OpenMetrics?
  private var hasHeader = false

  init(_ format: OutputFormat, _ show: ShowText, showsRates: Bool) {
    self.format = format
    self.show = show
    json = JSONLines(showsRates: showsRates)
  }

  /// The text of the last pass.
  mutating func bytes(of sampler: Sampler) -> [UInt8] {
    let moment = Moment.now
    switch format {
    case .table: return Array(show.text(of: sampler, at: moment).utf8)
    case .json: return json.line(of: sampler, at: moment)
    case .csv:
      let lines = CSV().lines(of: sampler, at: moment)
      defer { hasHeader = true }
      return hasHeader ? lines : CSV.header + lines
    case .openmetrics, .prometheus:
      if metrics == nil {
        metrics = OpenMetrics(
          sampler, .builtIn, dialect: format == .openmetrics ? .openMetrics : .prometheus)
      }
      return metrics?.text() ?? []
    }
  }
}

extension Moment {
  /// This moment by both clocks.
  static var now: Moment {
    Moment(monotonic: monotonicNanoseconds(), realtime: wallNanoseconds())
  }
}
