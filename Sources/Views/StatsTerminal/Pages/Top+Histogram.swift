internal import Statistics
internal import StatsFormats
import StatsKnowledge
internal import StatsTree

extension Top {
  /// Finds a histogram of a source; nil if the group or the source no longer exists.
  func histogram(
    _ path: String, _ group: UInt64, _ index: Int
  ) -> (statistic: Statistic, entry: Plan.Entry)? {
    guard let entry = model.entries(of: path).first(where: { $0.group.id == group }),
      entry.group.schema.statistics.indices.contains(index)
    else { return nil }
    return (entry.group.schema.statistics[index], entry)
  }

  /// Draws a histogram with the samples of the last interval, or with all samples since the last
  /// reset.
  mutating func drawHistogram(
    of path: String, _ group: UInt64, _ index: Int, _ frame: inout Frame
  ) {
    rowKeys = []
    frame.paint(row: 2, .title)
    let label =
      !showsTotals
      ? "IN THE LAST INTERVAL" : model.resetTime == nil ? "IN TOTAL" : "SINCE RESET"
    let column = frame.put("\(label)  (t: switch)", row: 2, column: 0, .title)
    guard let (statistic, entry) = histogram(path, group, index) else {
      frame.put("The histogram no longer exists.", row: 4, column: 2)
      return
    }
    var found: Histogram?
    if showsTotals {
      found = model.sampler.histogram(statistic, of: entry)
    } else {
      switch model.sampler.change(statistic, of: entry) {
      case .increase(let change): found = change
      case .reset(let since):
        found = since
        frame.put("  \(Footnote.afterReset.text)", row: 2, column: column, .title)
      case nil: break
      }
    }
    guard let histogram = found else {
      frame.put("- (no values)", row: 4, column: 2)
      return
    }
    frame.put(Self.summary(of: histogram, statistic), row: 3, column: 0, .strong)
    drawBars(of: histogram, statistic, &frame)
    explain("\(statistic.name): \(model.meanings.text(of: statistic))", &frame)
  }

  /// Formats the number of samples and the quantiles: `812 samples  p50 <= 1.02 us  p90 <= ...`.
  private static func summary(of histogram: Histogram, _ statistic: Statistic) -> String {
    let count = histogram.count
    let number = Quantity(Decimal(mantissa: UInt128(count), exponent: 0), unit: .none).text
    let words = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1)].compactMap {
      name, fraction -> String? in
      guard let bounds = histogram.quantile(fraction) else { return nil }
      guard let upper = bounds.upper else {
        return "\(name) >= \(Quantity(bounds.lower, inUnitOf: statistic).text)"
      }
      return "\(name) <= \(Quantity(upper, inUnitOf: statistic).text)"
    }
    return ([count == 1 ? "1 sample" : "\(number) samples"] + words).joined(separator: "  ")
  }

  private func drawBars(
    of histogram: Histogram, _ statistic: Statistic, _ frame: inout Frame
  ) {
    let full = histogram.counts.indices.filter { histogram.counts[$0] > 0 }
    guard let first = full.first, let last = full.last else { return }
    let maximum = histogram.counts.max() ?? 0
    let room = frame.rows - 7 - Self.explanationLines(of: frame)
    // The highest buckets are omitted if there is no room for all buckets.
    let buckets = Array(first...last).prefix(room)
    let length = max(1, frame.columns - 38)
    for (line, index) in buckets.enumerated() {
      let count = histogram.counts[index]
      let bounds = histogram.shape.bounds(of: index)
      let low = bounds.map { Quantity($0.lower, inUnitOf: statistic).text } ?? "beyond 64 bits"
      let high = bounds.map {
        $0.upper.map { ".. \(Quantity($0, inUnitOf: statistic).text)" } ?? "and more"
      }
      frame.put(low, row: 4 + line, column: 0, width: 10, .plain, .right)
      frame.put(high ?? "", row: 4 + line, column: 11, width: 13)
      frame.put(String(count), row: 4 + line, column: 25, width: 11, .plain, .right)
      guard count > 0, maximum > 0 else { continue }
      let bar = max(1, Int(UInt128(count) * UInt128(length) / UInt128(maximum)))
      frame.put(String(repeating: "█", count: bar), row: 4 + line, column: 37, .accent)
    }
    if last - first + 1 > buckets.count {
      frame.put("...", row: 4 + buckets.count, column: 0, .dim)
    }
  }
}
