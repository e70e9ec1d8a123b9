#if Metrics
import CoreMetrics
import Statistics
import SharedTable

/// Counts samples in a histogram with buckets that double in width, and adds up the samples.
final class TableRecorder: TableHandler, RecorderHandler {
  let key: MetricKey
  private let histogram: PublishedHistogram
  private let refusedValues: PublishedCounter
  private let power: UInt64

  init?(_ part: MetricPart) {
    guard let histogram = part.record.histogram("\(part.name)_hist") else { return nil }
    self.histogram = histogram
    key = part.key
    refusedValues = part.refusedValues
    power = powerOfTen(part.decimals)
  }

  func record(_ value: Int64) {
    guard value >= 0 else { return refusedValues.add(1) }
    let (scaled, isOver) = UInt64(value).multipliedReportingOverflow(by: power)
    guard !isOver else { return refusedValues.add(1) }
    histogram.observe(scaled)
  }

  func record(_ value: Double) {
    guard value >= 0, let sample = FixedPoint(value, power: power)?.rounded else {
      return refusedValues.add(1)
    }
    histogram.observe(UInt64(sample))
  }
}

/// Counts durations in a histogram with buckets that double in width, and adds up the durations.
///
/// All values are in nanoseconds. The timer ignores the preferred display unit, because the program
/// that displays the values chooses a suitable unit.
final class TableTimer: TableHandler, TimerHandler {
  let key: MetricKey
  private let histogram: PublishedHistogram
  private let refusedValues: PublishedCounter

  init?(_ part: MetricPart) {
    guard let histogram = part.record.histogram("\(part.name)_hist") else { return nil }
    self.histogram = histogram
    key = part.key
    refusedValues = part.refusedValues
  }

  func recordNanoseconds(_ duration: Int64) {
    guard duration >= 0 else { return refusedValues.add(1) }
    histogram.observe(UInt64(duration))
  }
}
#endif
