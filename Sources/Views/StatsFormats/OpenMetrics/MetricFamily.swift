internal import Statistics
internal import StatsTree

/// A metric family, which consists of all series with the same name.
struct MetricFamily {
  /// The properties of a statistic.
  ///
  /// All members with the same schema share this object.
  final class Encoding {
    let statistic: Statistic
    /// The buckets of a histogram; nil for other kinds.
    let bounds: BucketBounds?
    /// The counter that contains the exact sum of a histogram's samples; nil if the schema has no
    /// such counter.
    let sum: Statistic?
    /// The unique names of the states, escaped as label values.
    let states: [[UInt8]]

    init(_ statistic: Statistic, in schema: Schema) {
      self.statistic = statistic
      let isHistogram = statistic.kind.isHistogram
      bounds = isHistogram ? BucketBounds(of: statistic) : nil
      let sum = schema.indexOfSum(of: statistic).map { schema.statistics[$0] }
      self.sum = sum.flatMap { $0.isSigned ? nil : $0 }
      states = StatisticNames(statistic.states).names.map { name in
        var text = ByteText()
        text.append(label: name)
        return text.bytes
      }
    }
  }

  struct Member {
    let entry: Plan.Entry
    let encoding: Encoding
    /// The labels as text, such as `a="1",b="2"`.
    let labels: [UInt8]
  }

  let name: String
  let metric: MetricName
  let help: String
  var members: [Member] = []

  /// Appends the header and the samples of all groups that are up.
  ///
  /// Appends nothing if there are no samples.
  func append(
    _ sampler: Sampler, _ dialect: OpenMetrics.Dialect, to text: inout ByteText
  ) {
    var writer = MetricWriter(name, metric.type, text)
    // The header precedes the samples. If no sample follows, the header is removed again.
    text = ByteText()
    let start = writer.text.bytes.count
    var header = ByteText()
    self.header(dialect).append(dialect, to: &header)
    writer.text.append(header.bytes)
    let firstSample = writer.text.bytes.count
    for member in members where sampler.status(of: member.entry) == .up {
      writer.append(member, sampler)
    }
    if writer.text.bytes.count == firstSample { writer.text.truncate(to: start) }
    text = writer.text
  }

  private func header(_ dialect: OpenMetrics.Dialect) -> MetricHeader {
    let (typed, type) =
      switch (dialect, metric.type) {
      case (.openMetrics, _): (name, metric.type.rawValue)
      case (.prometheus, .counter): (name + "_total", "counter")
      case (.prometheus, .stateset): (name, "gauge")
      case (.prometheus, .unknown): (name, "untyped")
      case (.prometheus, _): (name, metric.type.rawValue)
      }
    return MetricHeader(name: typed, type: type, unit: metric.unit, help: help)
  }
}
